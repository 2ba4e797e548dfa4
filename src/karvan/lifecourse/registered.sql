-- Residence by register: population register and births to resident mothers, moves inside the country joined; the register's own say.
-- A notice from abroad (a day of leaving and a country, without a day of registration) ends what was open.
with dead as (select person_id, died_on from deaths),
notices as (select person_id, until_on as gone_on, next_country, record_id from linked_resident where since_on is null and until_on is not null),
said as (
    select r.person_id, r.since_on as from_on, least(r.until_on, min(n.gone_on)) as to_on, r.previous_country,
           case when min(n.gone_on) < coalesce(r.until_on, date '9999-12-31') then min_by(n.next_country, (n.gone_on, n.record_id)) else r.next_country end as next_country, r.record_id
    from linked_resident r
    left join notices n on n.person_id = r.person_id and n.gone_on >= coalesce(r.since_on, date '0001-01-01')
    where r.since_on is not null or r.until_on is null
    group by r.person_id, r.since_on, r.until_on, r.previous_country, r.next_country, r.record_id
    union all
    select person_id, event_on, null, null, null, record_id
    from linked_civil_event where event = 'birth' and coalesce(mother_resident, true) and not coalesce(registered_abroad, false)
),
clipped as (
    select s.* replace (coalesce(s.from_on, date '0001-01-01') as from_on, coalesce(least(s.to_on, d.died_on), date '9999-12-31') as to_on)
    from said s left join dead d using (person_id)
    where coalesce(s.from_on, date '0001-01-01') <= coalesce(d.died_on, date '9999-12-31')
),
marked as (
    select *, max(to_on) over (partition by person_id order by from_on, to_on, record_id rows between unbounded preceding and 1 preceding) as reached from clipped
),
numbered as (
    select *, sum(case when reached is null or from_on > reached + 31 then 1 else 0 end)
              over (partition by person_id order by from_on, to_on, record_id rows unbounded preceding) as island
    from marked
)
select person_id, min(from_on) as from_on, max(to_on) as to_on,
       min_by(previous_country, (from_on, record_id)) as previous_country, max_by(next_country, (to_on, record_id)) as next_country,
       min_by(record_id, (from_on, record_id)) as record_id
from numbered
group by person_id, island
