-- Per feed, from the ledger of deliveries: rows that fit, code-list hits, delay and punctuality.
-- Several periods handed over together on a feed's first day are the past; they tell nothing about delay.
with taken as (
    select * from deliveries where state in ('accepted', 'superseded') and rows > 0
),
gate as (                  -- shares of misses by field, as the gates of each delivery found them
    select feed, rows, said ->> 'name' as name, said ->> 'field' as field, try_cast(said ->> 'found' as double) as missed
    from (select feed, rows, unnest(from_json(coalesce(gates, '[]'), '["JSON"]')) as said from taken)
),
missed as (
    select case name when 'codes' then 'QI-02' else 'QI-04' end as qi, feed, field, sum(rows * missed) / sum(rows) as share, sum(rows) as weight
    from gate where name in ('codes', 'check_digit') and missed is not null
    group by grouping sets ((name, feed, field), (name, feed))
),
rowwise as (
    select feed, sum(rows) as weight, 100.0 * (sum(rows) - sum(rows_quarantined)) / sum(rows) as fits from taken group by feed
),
handed_over as (
    select feed, min(received_on) as first_day, count(distinct period_to_on) filter (received_on = first_received_on) > 1 as together
    from (select *, min(received_on) over (partition by feed) as first_received_on from deliveries)
    group by feed
),
timed as (
    select feed, count(*) as weight,
           quantile_cont(received_on - period_to_on, 0.5) as delay_p50, quantile_cont(received_on - period_to_on, 0.95) as delay_p95,
           quantile_cont(greatest(received_on - due_on, 0), 0.5) as late
    from deliveries join handed_over using (feed)
    where state in ('accepted', 'held') and period_to_on is not null and not (together and received_on = first_day)
    group by feed
)
select 'QI-01' as qi, feed as subject, null as detail, fits as measured, weight from rowwise
union all select qi, feed, field, case qi when 'QI-02' then 100 * (1 - share) else 100 * share end, weight from missed
union all select 'QI-13', feed, 'p50', delay_p50, weight from timed
union all select 'QI-13', feed, 'p95', delay_p95, weight from timed
union all select 'QI-14', feed, null, late, weight from timed where late is not null
