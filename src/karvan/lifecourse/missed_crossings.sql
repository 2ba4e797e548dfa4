-- How many last departures and first arrivals were missed, by stratum: whoever comes back shows how often an exit or an entry is missed, and that
-- share is laid upon the last departures and the first arrivals that were seen. Null where fewer than $least_exits exits tell nothing.
with share as (
    select coalesce(sum(n) filter (what = 'exit missed'), 0) / nullif(sum(n) filter (what = 'exit'), 0) as exits, coalesce(sum(n) filter (what = 'entry missed'), 0) / nullif(sum(n) filter (what = 'entry'), 0) as entries
    from whole_counted_ends
    having sum(n) filter (what = 'exit') >= $least_exits
)
select claim, round(any_value(s.exits) * coalesce(sum(n) filter (what = 'left'), 0)) as exits, round(any_value(s.entries) * coalesce(sum(n) filter (what = 'came'), 0)) as entries
from whole_counted_ends left join share s on true
group by claim
