-- One row per member of an asylum case: lodged when, first decided when and how, finally decided when and how. `first_time`: the person had
-- lodged no earlier case. `finally_closed_on`: null while a decision, or an appeal against one, is awaited.
with members as (
    select
        feed, case_no, coalesce(member_no, 1) as member_no, min(event_on) filter (event = 'lodged') as applied_on, min(event_on) filter (event = 'withdrawn') as ended_on,
        max(event_on) filter (event = 'appealed') as appealed_on, min_by(record_id, (event_on, record_id)) filter (event = 'lodged') as lodged_record_id,
        min(sex) as sex, min(birth_year) as birth_year, min(birth_month) as birth_month, min(coalesce(citizenship, origin_country)) as citizenship, min(birth_country) as birth_country,
        coalesce(bool_or(unaccompanied_minor), false) as unaccompanied
    from case_event where procedure = 'asylum' group by feed, case_no, coalesce(member_no, 1)
)
select
    c.* exclude (lodged_record_id), first.outcome as first_outcome, first.decided_on as first_decided_on, last.outcome as last_outcome, last.decided_on as last_decided_on,
    coalesce(first.decided_on, c.ended_on) as closed_on,
    case when c.appealed_on >= first.decided_on then coalesce(last.decided_on, c.ended_on) else coalesce(first.decided_on, c.ended_on) end as finally_closed_on,
    row_number() over (partition by coalesce(l.person_id, concat(c.feed, c.case_no, '/', c.member_no)) order by c.applied_on, c.feed, c.case_no, c.member_no) = 1 as first_time,
    false as imputed, cast(null as boolean) as unlinked
from members as c
left join links as l on l.record_id = c.lodged_record_id
left join (
    select feed, case_no, coalesce(member_no, 1) as member_no, min_by(outcome, (decided_on, record_id)) as outcome, min(decided_on) as decided_on
    from decision where procedure = 'asylum' and coalesce(instance, 'admin') = 'admin' group by feed, case_no, coalesce(member_no, 1)
) as first on first.feed = c.feed and first.case_no = c.case_no and first.member_no = c.member_no
left join (
    select feed, case_no, coalesce(member_no, 1) as member_no, max_by(outcome, (decided_on, record_id)) as outcome, max(decided_on) as decided_on
    from decision where procedure = 'asylum' and instance <> 'admin' group by feed, case_no, coalesce(member_no, 1)
) as last on last.feed = c.feed and last.case_no = c.case_no and last.member_no = c.member_no
