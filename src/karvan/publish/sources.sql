with delivered as (
    select feed, count(*) as deliveries, count(*) filter (state = 'held') as held
    from deliveries
    group by feed
),
complete as (
    select feed, min(complete_until_on) as complete_until from completeness where point is null group by feed
),
scored as (              -- a source is as good as its measures together; one bad measure is not hidden by a mean of sums
    select subject as feed, exp(avg(ln(greatest(score, 1)))) as score
    from quality_scores
    where detail is null and score is not null
    group by subject
)
select feed, deliveries, held, complete_until, score,
       case when score >= 80 then 'green' when score >= 40 then 'amber' when score is not null then 'red' end as colour
from delivered left join complete using (feed) left join scored using (feed)
order by feed
