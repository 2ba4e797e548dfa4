-- Residence that records alone give, before any crossing is looked at: the register, and permits that, with the stay they began in,
-- reach $long_days. Ends are open (9999) while the register or the permit runs.
with rights as (           -- permits and protection of foreigners, gaps bridged, joined
    select person_id, reason, record_id, from_on, coalesce(to_on, date '9999-12-31') as to_on,
           max(coalesce(to_on, date '9999-12-31')) over (partition by person_id order by from_on, record_id rows between unbounded preceding and 1 preceding) as reached
    from status_records
    where status in ('temporary', 'permanent', 'refugee') and from_on is not null and coalesce(to_on, date '9999-12-31') >= from_on
),
chains as (
    select person_id, min(from_on) as from_on, max(to_on) as to_on, min_by(record_id, (from_on, record_id)) as record_id
    from (select *, sum(case when reached is null or from_on > reached + $bridge_days + 1 then 1 else 0 end)
                    over (partition by person_id order by from_on, record_id rows unbounded preceding) as island from rights)
    group by person_id, island
),
begun as (                 -- the stay in which the permit was given began the residence
    select c.person_id, c.to_on, c.record_id, coalesce(max(s.entered_on), c.from_on) as from_on
    from chains c
    left join spells s on s.person_id = c.person_id and s.entered_on <= c.from_on and coalesce(s.left_on, date '9999-12-31') > c.from_on
    group by c.person_id, c.from_on, c.to_on, c.record_id
),
ended as (                 -- a permit that ran out while its holder was abroad ended with the last departure
    select b.person_id, b.from_on, b.record_id,
           case when b.to_on > $observed_until then date '9999-12-31' else coalesce(o.left_on, cast(b.to_on + 1 as date)) end as to_on,
           b.to_on <= $observed_until and o.left_on is not null as left_before
    from begun b
    left join (
        select b.person_id, b.from_on, max_by(s.left_on, s.spell_no) as left_on
        from begun b join spells s on s.person_id = b.person_id and coalesce(s.entered_on, s.left_on) <= b.to_on
        group by b.person_id, b.from_on
        having max_by(coalesce(s.left_on, date '9999-12-31'), s.spell_no) <= max(b.to_on)
    ) o on o.person_id = b.person_id and o.from_on = b.from_on
    where least(b.to_on, date '9999-12-31') - b.from_on >= $long_days
),
said as (
    select person_id, from_on, to_on, previous_country, next_country, record_id, 'register' as source, next_country is not null as gone from registered
    union all
    select e.person_id, e.from_on, least(e.to_on, coalesce(d.died_on, date '9999-12-31')), null, null, e.record_id, 'permit', e.left_before
    from ended e left join deaths d using (person_id)
    where e.from_on < coalesce(d.died_on, date '9999-12-31') and e.to_on > e.from_on
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
