with delivered as (
    select feed, count(*) as deliveries, count(*) filter (state = 'held') as held
    from deliveries
    group by feed
),
complete as (
    select feed, min(complete_until_on) as complete_until from completeness where point is null group by feed
),
scored as (              -- the measures side by side, so that a bad one is not hidden in a mean
    select subject as feed, count(*) filter (colour = 'green') as green, count(*) filter (colour = 'amber') as amber, count(*) filter (colour = 'red') as red
    from quality_scores
    where detail is null
    group by subject
)
select feed, deliveries, held, complete_until, coalesce(green, 0) as green, coalesce(amber, 0) as amber, coalesce(red, 0) as red
from delivered left join complete using (feed) left join scored using (feed)
order by feed
