-- Members of households. A household is a dwelling while it is lived in without a break: who moves in after it stood empty is another one. A family without a dwelling
-- needs two people: one person is a household only where the address is known.
with broken as (
    select *, coalesce(from_on > max(least(to_on, date '9999-12-30')) over (partition by dwelling order by from_on, to_on, person_id, record_id rows between unbounded preceding and 1 preceding) + 1, true) as begins
    from placed
),
told as (select *, sum(cast(begins as integer)) over (partition by dwelling order by from_on, to_on, person_id, record_id) as time from broken),
kept as (select * from told qualify reason <> 'family_record' or count(distinct person_id) over (partition by dwelling, time) > 1)
select
    substr(sha256(concat(dwelling, '/', min(from_on) over (partition by dwelling, time))), 1, 16) as household_id, person_id,
    nullif(from_on, date '0001-01-01') as from_on, nullif(to_on, date '9999-12-31') as to_on, reason, tie, record_id, region
from kept
