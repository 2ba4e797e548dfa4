-- The crossings that count: admitted, linked to a person, not later than the last day that is complete.
-- A crossing read twice (same person, same direction, within $reread_seconds) is kept once; how many were left out is counted.
with linked as (
    select person_id, crossed_at, crossed_on, direction, record_id, citizenship, bcp, mode, purpose, visa_no
    from linked_crossing
    where decision = 'admitted' and crossed_on <= $observed_until
),
ordered as (
    select *, lag(direction) over w as before, lag(crossed_at) over w as before_at
    from linked
    window w as (partition by person_id order by crossed_at, direction, record_id)
)
select * exclude (before, before_at),
       coalesce(before = direction and epoch(crossed_at) - epoch(before_at) <= $reread_seconds, false) as read_twice
from ordered
