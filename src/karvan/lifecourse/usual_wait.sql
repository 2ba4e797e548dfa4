-- The usual wait for a first permit: the median, none where nobody's arrival was seen.
with reached as (select days, sum(n) over (order by days) as shorter, sum(n) over () as permits from whole_counted_waits)
select coalesce(min(days), 0) as days from reached where 2 * shorter >= permits
