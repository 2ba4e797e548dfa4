-- Crossings decided, of people on the other side before: how long they stayed on the new side (`days`), or since when they are on it, and whether that is a migration.
with sides as (
    select direction, undecided, migration, resident_before, crossed_on, lead(crossed_on) over (partition by person_id order by spell_no, side) as back_on from decisions
)
select direction, migration as holds, case when back_on is null then crossed_on end as since_on, back_on - crossed_on as days, count(*) as n
from sides
where not undecided and resident_before = (direction = 'out')
group by all
