-- Residence that records alone give, before any crossing is looked at: the register, and permits that, with the stay they began in,
-- reach $long_days. Ends are open (9999) while the register or the permit runs.
with said as (
    select person_id, from_on, to_on, previous_country, next_country, record_id, 'register' as source, next_country is not null as gone from registered
    union all
    select e.person_id, e.from_on, least(e.to_on, coalesce(d.died_on, date '9999-12-31')), null, null, e.record_id, 'permit', e.left_before
    from permit_chains e left join deaths d using (person_id)
    where (e.prolongs or least(e.valid_to_on, date '9999-12-31') - e.from_on + 1 >= $long_days) and e.from_on < coalesce(d.died_on, date '9999-12-31') and e.to_on > e.from_on
),
marked as (
    select *, max(to_on) over (partition by person_id order by from_on, to_on, record_id rows between unbounded preceding and 1 preceding) as reached from said
),
numbered as (
    select *, sum(case when reached is null or from_on > reached + 31 then 1 else 0 end)
              over (partition by person_id order by from_on, to_on, record_id rows unbounded preceding) as island
    from marked
),
joined as (
    select person_id, min(from_on) as from_on, max(to_on) as to_on, min_by(record_id, (from_on, record_id)) as record_id,
           min_by(source, (from_on, record_id)) as source, min_by(previous_country, (from_on, record_id)) as previous_country,
           max_by(next_country, (to_on, record_id)) as next_country, max_by(gone, (to_on, record_id)) as gone
    from numbered
    group by person_id, island
)
select j.person_id, nullif(j.from_on, date '0001-01-01') as from_on, nullif(j.to_on, date '9999-12-31') as to_on,
       j.record_id, j.source, j.previous_country, j.next_country,
       case when j.to_on = date '9999-12-31' then null
            when j.to_on = d.died_on then 'death'
            when j.gone then 'emigration' else 'deregistration' end as ended_by
from joined j left join deaths d using (person_id)
where j.to_on > j.from_on
