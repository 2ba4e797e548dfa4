-- Median length of the stays whose both ends were seen, by stratum, from the finest to the whole; strata under 20 stays give none. A stratum that is rolled up is null.
with lengths as (
    select lives_here, citizenship, mode, purpose, month, days, sum(n) as n
    from whole_counted_stays
    group by grouping sets ((lives_here, citizenship, mode, purpose, month, days), (lives_here, citizenship, purpose, days), (lives_here, purpose, days), (lives_here, days))
),
reached as (
    select *, sum(n) over (w order by days) as shorter, sum(n) over w as stays
    from lengths window w as (partition by lives_here, citizenship, mode, purpose, month)
)
select lives_here, citizenship, mode, purpose, month, min(days) as days
from reached
where stays >= 20 and 2 * shorter >= stays
group by lives_here, citizenship, mode, purpose, month
