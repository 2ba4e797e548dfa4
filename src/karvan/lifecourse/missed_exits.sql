-- How many last departures were missed, by stratum: whoever comes back shows how often an exit is missed, and that share is laid upon the last
-- departures that were seen. Null where fewer than $least_exits exits of people who came back tell nothing.
with last_stays as (select person_id, max_by(closed_by, spell_no) as closed_by from raw_spells group by person_id),
share as (
    select case when count(*) filter (closed_by = 'exit') >= $least_exits
                then count(*) filter (closed_by = 'missing_exit') / count(*) filter (closed_by = 'exit') end as missed
    from raw_spells
)
select coalesce(c.claim, 'none') as claim, round(any_value(share.missed) * count(*) filter (l.closed_by = 'exit')) as expected
from last_stays l left join claims c using (person_id) cross join share
group by 1
