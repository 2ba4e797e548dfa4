-- Family records as ties: on which days a person belongs to the family of another (`head_id`), by which record. A sponsor's family while its
-- permits run; the family of an asylum case from the day it was lodged; a child to the mother until $adult_age; the spouse who stands second in an act of marriage
-- until a divorce of either.
with acts as (select c.*, l.person_id from civil_event c join links l using (record_id)),
numbers as (
    select personal_key, person_id from permit join links using (record_id) where personal_key is not null
    union
    select personal_key, person_id from resident join links using (record_id) where personal_key is not null
),
mothers as (select personal_key, min(person_id) as person_id from numbers group by personal_key having count(*) = 1),
married as (
    select feed, act_no, min(event_on) as from_on, min(record_id) as record_id, min_by(person_id, record_id) as head_id, max_by(person_id, record_id) as person_id
    from acts where event = 'marriage' and act_no is not null group by feed, act_no having count(distinct person_id) = 2
),
divorced as (select person_id, event_on from acts where event = 'divorce'),
every_tie as (
    select 'asylum_case' as tie, 1 as place, m.person_id, h.person_id as head_id, m.from_on, date '9999-12-31' as to_on, m.record_id
    from cases_made m join cases_made h on h.case_id = m.case_id and h.member_no = 1 and h.kind = 'asylum'
    where m.member_no > 1 and m.from_on is not null
    union all
    select 'sponsor', 2, person_id, sponsor_id, from_on, to_on, record_id from family_permits
    union all
    select 'marriage', 3, m.person_id, m.head_id, m.from_on,
        coalesce((select cast(min(d.event_on) - 1 as date) from divorced d where d.person_id in (m.person_id, m.head_id) and d.event_on > m.from_on), date '9999-12-31'), m.record_id
    from married m
    union all
    select 'birth', 4, a.person_id, m.person_id, a.event_on, cast(a.event_on + to_years($adult_age) - interval 1 day as date), a.record_id
    from acts a join mothers m on m.personal_key = a.mother_key where a.event = 'birth'
)
select * from every_tie where person_id is not null and head_id is not null and person_id <> head_id
