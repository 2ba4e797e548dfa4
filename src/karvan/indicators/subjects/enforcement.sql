-- One row per person, act and year: found irregularly present, ordered to leave, returned after an order; the first act of its kind in a
-- year stands for it, so that a person counts once a year. `days_since_order` is null where no order came before.
with acts as (
    select l.person_id, l.level, e.record_id, 'found' as act, e.event_on as act_on, e.place, e.violation, e.return_mode, e.destination, e.citizenship
    from case_event as e join links as l on l.record_id = e.record_id
    where e.procedure = 'irregular_stay' and e.event = 'found'
    union all
    select l.person_id, l.level, e.record_id, 'ordered', e.event_on, e.place, e.violation, e.return_mode, e.destination, e.citizenship
    from case_event as e join links as l on l.record_id = e.record_id
    where e.event = 'ordered'
    union all
    select l.person_id, l.level, d.record_id, 'ordered', d.decided_on, null, null, null, null, d.citizenship
    from decision as d join links as l on l.record_id = d.record_id
    where d.procedure in ('irregular_stay', 'return') and d.leave_by_on is not null
    union all
    select l.person_id, l.level, e.record_id, 'returned', e.event_on, e.place, e.violation, e.return_mode, e.destination, e.citizenship
    from case_event as e join links as l on l.record_id = e.record_id
    where e.procedure in ('irregular_stay', 'return') and e.event in ('left', 'returned')
),
yearly as (
    select * from acts where act_on is not null
    qualify row_number() over (partition by person_id, act, year(act_on) order by act_on, return_mode nulls last, record_id) = 1
),
orders as (select person_id, act_on as ordered_on from yearly where act = 'ordered'),
returns as (select person_id, act_on as returned_on from acts where act = 'returned')
select
    y.person_id, y.record_id, y.act, y.act_on, y.place, y.violation, y.return_mode, y.destination, y.citizenship,
    y.act_on - (select max(o.ordered_on) from orders as o where o.person_id = y.person_id and o.ordered_on <= y.act_on) as days_since_order,
    (select min(r.returned_on) from returns as r where r.person_id = y.person_id and r.returned_on >= y.act_on) as next_return_on,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    false as imputed, y.level = 'alone' as unlinked
from yearly as y
left join persons as p on p.person_id = y.person_id
