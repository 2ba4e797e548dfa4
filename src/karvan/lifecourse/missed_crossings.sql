-- How many last departures and first arrivals were missed, by stratum: whoever comes back shows how often an exit or an entry is missed, and that
-- share is laid upon the last departures and the first arrivals that were seen. Null where fewer than $least_exits exits tell nothing.
with ends as (
    select person_id, max_by(closed_by, spell_no) = 'exit' as left_seen, min_by(entered_on is not null, spell_no) as came_seen from raw_spells group by person_id
),
share as (
    select count(*) filter (closed_by = 'missing_exit') / nullif(count(*) filter (closed_by = 'exit'), 0) as exits,
           count(*) filter (entered_on is null and spell_no > 1) / nullif(count(*) filter (entered_on is not null and spell_no > 1), 0) as entries
    from raw_spells
    having count(*) filter (closed_by = 'exit') >= $least_exits
)
select coalesce(c.claim, 'none') as claim,
       round(any_value(s.exits) * count(*) filter (e.left_seen)) as exits, round(any_value(s.entries) * count(*) filter (e.came_seen)) as entries
from ends e left join claims c using (person_id) left join share s on true
group by 1
