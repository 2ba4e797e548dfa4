-- Per delivery, from the ledger: rows that fit, code-list hits, check digits, fill of required fields, delay and punctuality.
with taken as (select * from deliveries where state in ('accepted', 'superseded') and rows > 0),
dated as (
    select *, coalesce(period_to_on, received_on) as at_on, min(received_on) over (partition by feed) as first_day
    from deliveries where state in ('accepted', 'superseded', 'held')
),
past as (                  -- several periods handed over together on a feed's first day tell nothing about delay
    select feed, first_day, count(distinct period_to_on) filter (received_on = first_day) > 1 as together from dated group by feed, first_day
),
gate as (
    select delivery_id, said ->> 'name' as name, try_cast(said ->> 'found' as double) as found
    from (select delivery_id, unnest(from_json(coalesce(gates, '[]'), '["JSON"]')) as said from taken)
),
by_gate as (
    select delivery_id, case name when 'codes' then 'QI-02' when 'check_digit' then 'QI-04' else 'QI-08' end as qi,
           100 * case name when 'codes' then 1 - avg(found) else avg(found) end as measured
    from gate where name in ('codes', 'check_digit', 'fill') and found is not null group by delivery_id, name
),
measured as (
    select delivery_id, 'QI-01' as qi, 100.0 * (rows - rows_quarantined) / rows as measured from taken
    union all select * from by_gate
    union all select delivery_id, 'QI-13', received_on - period_to_on from dated join past using (feed, first_day)
        where period_to_on is not null and not (together and received_on = first_day)
    union all select delivery_id, 'QI-14', greatest(received_on - due_on, 0) from dated join past using (feed, first_day)
        where due_on is not null and not (together and received_on = first_day)
)
select 'delivery' as about, delivery_id as name, qi, feed as subject, at_on, cast(measured as double) as measured
from measured join dated using (delivery_id)
