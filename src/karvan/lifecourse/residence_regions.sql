-- In which region each person lives, by the addresses that records name. Of two in force on one day the register counts before a permit, a
-- permit before a registration of a stay, the later before the earlier. An address counts on until another is named; the first one named
-- counts also for the days before it. A workplace, an office and a border point are no address.
with said as (
    select person_id, region, since_on as from_on, until_on as to_on, 1 as place, 'register' as source, record_id from linked_resident
    union all
    select person_id, region, valid_from_on, valid_to_on, 2, 'permit', record_id from linked_permit
    where decision in ('granted', 'cancelled', 'expired') and coalesce(action, 'issue') <> 'cancel' and valid_from_on is not null
    union all
    select person_id, region, coalesce(registered_on, arrived_on), least(valid_until_on, deregistered_on), 3, 'registration', record_id from linked_registration
    where registered_on is not null
    union all
    select person_id, region, event_on, event_on, 4, 'birth', record_id from linked_civil_event
    where event = 'birth' and not coalesce(registered_abroad, false)
),
named as (
    select person_id, region, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on, place, source, record_id,
           count(distinct region) over (partition by person_id) as regions
    from said
    where region is not null and coalesce(to_on, date '9999-12-31') >= coalesce(from_on, date '0001-01-01')
),
several as (select * from named where regions > 1),     -- only they need cutting: on each day one address counts
cuts as (
    select person_id, from_on as cut_on from several
    union
    select person_id, cast(to_on + 1 as date) from several where to_on < date '9999-12-31'
),
pieces as (
    select person_id, cut_on as from_on, coalesce(cast(lead(cut_on) over (partition by person_id order by cut_on) - 1 as date), date '9999-12-31') as to_on from cuts
),
judged as (
    select p.person_id, p.from_on, s.region, s.source, s.record_id
    from pieces p
    left join several s on s.person_id = p.person_id and s.from_on <= p.from_on and s.to_on >= p.to_on
    qualify row_number() over (partition by p.person_id, p.from_on order by s.place, s.from_on desc, s.record_id) = 1
),
changes as (                -- days without an address keep the one before
    select * from judged where region is not null
    qualify lag(region) over (partition by person_id order by from_on) is distinct from region
)
select person_id, any_value(region) as region, cast(null as date) as from_on, cast(null as date) as to_on,
       min_by(source, (place, from_on, record_id)) as source, min_by(record_id, (place, from_on, record_id)) as record_id
from named
where regions = 1
group by person_id
union all
select person_id, region, case when lag(from_on) over w is not null then from_on end, cast(lead(from_on) over w - 1 as date), source, record_id
from changes
window w as (partition by person_id order by from_on)
