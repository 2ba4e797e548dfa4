-- Cases and their members: asylum cases with everybody in them, sponsors with the family that joined. Members whom an asylum file counts and no
-- row names (a family written as one application) are rows without a person.
with events as (
    select e.*, l.person_id from case_event e left join links l using (record_id) where e.procedure = 'asylum' and e.case_no is not null
),
named as (
    select
        feed, case_no, coalesce(member_no, 1) as member_no, min_by(person_id, (event_on, record_id)) as person_id, min_by(relation, (event_on, record_id)) as relation,
        min(event_on) filter (event in ('lodged', 'registered')) as lodged_on, min_by(record_id, (event_on, record_id)) as record_id,
        max(event_on) filter (event = 'withdrawn') as withdrawn_on, max(event_on) filter (event = 'appealed') as appealed_on
    from events group by feed, case_no, coalesce(member_no, 1)
),
decided as (
    select
        feed, case_no, coalesce(member_no, 1) as member_no, min(decided_on) filter (coalesce(instance, 'admin') = 'admin') as first_on, max(decided_on) filter (instance <> 'admin') as last_on
    from decision where procedure = 'asylum' group by feed, case_no, coalesce(member_no, 1)
),
members as (
    select n.*, case when n.appealed_on >= d.first_on then coalesce(d.last_on, n.withdrawn_on) else coalesce(d.first_on, n.withdrawn_on) end as closed_on
    from named n left join decided d using (feed, case_no, member_no)
),
counted as (      -- what the file says of its size, against the members it names
    select feed, case_no, max(case_size) as said, (select count(*) from members m where m.feed = e.feed and m.case_no = e.case_no) as there,
        (select max(member_no) from members m where m.feed = e.feed and m.case_no = e.case_no) as last_no
    from events e group by feed, case_no
),
families as (select sponsor, any_value(sponsor_id) as sponsor_id, min(sponsor_record_id) as sponsor_record_id, min(sponsor_permit) as permit, min(from_on) as from_on, max(to_on) as to_on from family_permits group by sponsor)
select concat(feed, '/', case_no) as case_id, 'asylum' as kind, member_no, person_id, coalesce(relation, case when member_no = 1 then 'principal' end) as role, lodged_on as from_on,
       closed_on as to_on, record_id, 'named_in_case' as reason
from members
union all
select concat(c.feed, '/', c.case_no), 'asylum', c.last_no + n.extra, null, null, m.lodged_on, m.closed_on, null, 'counted_in_case'
from counted c join members m on m.feed = c.feed and m.case_no = c.case_no
join (select unnest(range(1, 100)) as extra) n on n.extra <= c.said - c.there
where m.member_no = (select min(member_no) from members f where f.feed = c.feed and f.case_no = c.case_no)
union all
select permit, 'sponsor', 1, sponsor_id, 'sponsor', from_on, nullif(to_on, date '9999-12-31'), sponsor_record_id, 'named_as_sponsor' from families
union all
select f.permit, 'sponsor', 1 + row_number() over (partition by f.permit order by p.from_on, p.person_id), p.person_id, 'family_member', p.from_on, nullif(p.to_on, date '9999-12-31'), p.record_id, 'permit_names_sponsor'
from family_permits p join families f using (sponsor)
