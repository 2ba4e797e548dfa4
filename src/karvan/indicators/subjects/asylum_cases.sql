-- One row per member of an asylum case: lodged when, first decided when and how, finally decided when and how.
select
    c.*, first.outcome as first_outcome, first.decided_on as first_decided_on, last.outcome as last_outcome, last.decided_on as last_decided_on,
    coalesce(first.decided_on, c.ended_on) as closed_on, false as imputed, cast(null as boolean) as unlinked
from (
    select
        feed, case_no, coalesce(member_no, 1) as member_no, min(event_on) filter (event = 'lodged') as applied_on, min(event_on) filter (event = 'withdrawn') as ended_on,
        min(sex) as sex, min(birth_year) as birth_year, min(birth_month) as birth_month, min(coalesce(citizenship, origin_country)) as citizenship, min(birth_country) as birth_country,
        coalesce(bool_or(unaccompanied_minor), false) as unaccompanied
    from case_event where procedure = 'asylum' group by feed, case_no, coalesce(member_no, 1)
) as c
left join (
    select feed, case_no, coalesce(member_no, 1) as member_no, min_by(outcome, (decided_on, record_id)) as outcome, min(decided_on) as decided_on
    from decision where procedure = 'asylum' and coalesce(instance, 'admin') = 'admin' group by feed, case_no, coalesce(member_no, 1)
) as first on first.feed = c.feed and first.case_no = c.case_no and first.member_no = c.member_no
left join (
    select feed, case_no, coalesce(member_no, 1) as member_no, max_by(outcome, (decided_on, record_id)) as outcome, max(decided_on) as decided_on
    from decision where procedure = 'asylum' and instance <> 'admin' group by feed, case_no, coalesce(member_no, 1)
) as last on last.feed = c.feed and last.case_no = c.case_no and last.member_no = c.member_no
