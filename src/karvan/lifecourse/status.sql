-- Statuses held, one at a time: gaps of up to $bridge_days at an extension are technical and are bridged; of two held on one day,
-- the one that carries more rights counts (table `precedence`).
with given as (
    select person_id, status, ground, reason, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on, record_id
    from status_records
    where coalesce(to_on, date '9999-12-31') >= coalesce(from_on, date '0001-01-01')
),
bridged as (
    select * replace (
        case when g.status in ('temporary', 'permanent', 'refugee') and lead(g.from_on) over w - g.to_on between 2 and $bridge_days + 1 then cast(lead(g.from_on) over w - 1 as date) else g.to_on end as to_on
    ), p.place
    from given g join precedence p using (status)
    window w as (partition by g.person_id, g.status order by g.from_on, g.to_on, g.record_id)
),
cuts as (
    select person_id, from_on as cut_on from bridged
    union
    select person_id, cast(to_on + 1 as date) from bridged where to_on < date '9999-12-31'
),
pieces as (
    select person_id, cut_on as from_on, coalesce(cast(lead(cut_on) over (partition by person_id order by cut_on) - 1 as date), date '9999-12-31') as to_on
    from cuts
),
won as (
    select p.person_id, p.from_on, p.to_on, b.status, b.ground, b.reason, b.record_id
    from pieces p
    join bridged b on b.person_id = p.person_id and b.from_on <= p.from_on and b.to_on >= p.to_on
    qualify row_number() over (partition by p.person_id, p.from_on order by b.place, b.from_on desc, b.to_on desc, b.record_id desc) = 1
),
marked as (
    select *, coalesce(lag(to_on) over w + 1 = from_on and lag(status) over w = status
                       and lag(ground) over w is not distinct from ground and lag(reason) over w is not distinct from reason, false) as goes_on
    from won
    window w as (partition by person_id order by from_on)
),
numbered as (
    select *, sum(case when goes_on then 0 else 1 end) over (partition by person_id order by from_on rows unbounded preceding) as island from marked
)
select person_id, status, any_value(ground) as ground, any_value(reason) as reason,
       nullif(min(from_on), date '0001-01-01') as from_on, nullif(max(to_on), date '9999-12-31') as to_on,
       min_by(record_id, (from_on, record_id)) as record_id
from numbered
group by person_id, status, island
