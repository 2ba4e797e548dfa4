-- Status before the first crossing, where records know it. Someone of the register who first comes in after more than a year without
-- a crossing was away; a foreigner whom no record calls resident was not.
with first_move as (
    select person_id, min(crossed_on) as first_on, arg_min(direction, (spell_no, side)) as direction from moves group by person_id
),
covering as (
    select f.person_id, min(r.from_on) as since_on, any_value(r.record_id) as record_id, count(*) as n
    from first_move f
    join by_register r on r.person_id = f.person_id
     and coalesce(r.from_on, date '0001-01-01') < f.first_on and coalesce(r.to_on, date '9999-12-31') >= f.first_on
    group by f.person_id
)
select f.person_id,
       case when c.n is not null then not (f.direction = 'in' and f.first_on - greatest($observed_from, coalesce(c.since_on, $observed_from)) >= $away_days)
            when z.citizenship is not null and z.citizenship <> $national then false end as resident,
       c.since_on, c.record_id
from first_move f
left join covering c using (person_id)
left join (select person_id, min(citizenship) as citizenship from citizenships_made where counted and from_on is null group by person_id) z using (person_id)
