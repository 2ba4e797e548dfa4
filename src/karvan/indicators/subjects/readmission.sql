-- One row per readmission case: when it was requested, decided, and the person transferred.
select
    e.feed, e.case_no, min(e.event_on) filter (e.event = 'requested') as requested_on, min(e.event_on) filter (e.event = 'transferred') as transferred_on,
    min(d.decided_on) as decided_on, min_by(d.outcome, (d.decided_on, d.record_id)) as outcome,
    min(e.sex) as sex, min(e.birth_year) as birth_year, min(e.birth_month) as birth_month, min(e.citizenship) as citizenship, min(e.birth_country) as birth_country,
    false as imputed, cast(null as boolean) as unlinked
from case_event as e
left join decision as d on d.feed = e.feed and d.case_no = e.case_no and d.procedure = 'readmission'
where e.procedure = 'readmission' or e.event in ('requested', 'transferred')
group by e.feed, e.case_no
