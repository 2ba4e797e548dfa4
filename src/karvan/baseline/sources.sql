-- Each feed as the ledgers know it.
with sent as (
    select feed, any_value(institution) as institution, count(*) filter (state <> 'unchanged') as deliveries, count(*) filter (state = 'held') as held,
           count(*) filter (state = 'accepted') as accepted, coalesce(sum(rows) filter (state in ('accepted', 'held')), 0) as rows,
           coalesce(sum(rows_quarantined) filter (state in ('accepted', 'held')), 0) as set_aside, coalesce(sum(records) filter (state = 'accepted'), 0) as records,
           min(period_from_on) as sent_from_on, max(period_to_on) filter (state = 'accepted') as sent_until_on, max(received_on) as newest_on,
           min(received_on) as first_received_on
    from deliveries group by feed
),
handed as (            -- several periods handed over on a feed's first day are the past, and late by nobody's fault
    select feed, count(distinct period_to_on) filter (received_on = first_received_on) > 1 as together from deliveries join sent using (feed) group by feed
),
late as (
    select feed, count(*) filter (received_on > due_on) as late, count(*) as timed
    from deliveries join sent using (feed) join handed using (feed)
    where due_on is not null and state in ('accepted', 'held') and not (together and received_on = first_received_on) group by feed
),
complete as (
    select feed, coalesce(min(first_on) filter (point is null), min(first_on)) as first_on,
           coalesce(min(complete_until_on) filter (point is null), min(complete_until_on)) as complete_until_on, max(complete_until_on) as furthest_on
    from completeness group by feed
)
select sent.feed, institution, deliveries, accepted, held, rows, set_aside, records, coalesce(first_on, sent_from_on) as first_on,
       coalesce(complete_until_on, sent_until_on) as complete_until_on, coalesce(furthest_on, sent_until_on) as furthest_on, newest_on, coalesce(late, 0) as late, coalesce(timed, 0) as timed
from sent left join late using (feed) left join complete using (feed)
order by feed
