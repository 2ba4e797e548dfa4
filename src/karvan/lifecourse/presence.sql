-- crossings -> spells of presence, as they were seen. The order is total: instant, the direction in which they alternate, record.
with told as (
    select *,
           row_number() over (partition by person_id, crossed_at, direction order by record_id) as nth,
           sum(if(direction = 'in', 1, -1)) over (partition by person_id, crossed_at) as net
    from crossings
),
placed as (              -- inside before this instant: by the last one whose entries and exits do not balance; else an exit comes first only where there are more of them
    select *, coalesce(last_value(nullif(net, 0) ignore nulls) over earlier > 0, net < 0) as exit_first
    from told
    window earlier as (partition by person_id order by crossed_at range between unbounded preceding and interval 1 microsecond preceding)
),
ordered as (
    select *,
           lag(direction)  over w as before,
           lead(direction) over w as after,
           lead(crossed_on) over w as after_on,
           lead(record_id) over w as after_id,
           row_number()    over w as place
    from placed
    window w as (partition by person_id order by crossed_at, nth, (direction = 'in') = exit_first, record_id)
),
spells as (
    select person_id, place, crossed_on as entered_on,
           case after when 'out' then after_on end as left_on,
           case after when 'out' then 'exit' when 'in' then 'missing_exit' else 'censored' end as closed_by,
           record_id as in_record_id,
           case after when 'out' then after_id end as out_record_id,
           citizenship, mode, bcp, purpose
    from ordered
    where direction = 'in'
    union all by name        -- an exit that nothing opened: inside since before we can see, or the entry was missed
    select person_id, place, null as entered_on, crossed_on as left_on, 'exit' as closed_by,
           null as in_record_id, record_id as out_record_id, citizenship, mode, bcp, purpose
    from ordered
    where direction = 'out' and before is distinct from 'in'
)
select person_id,
       row_number() over (partition by person_id order by place) as spell_no,
       entered_on, left_on, closed_by, false as entry_imputed, false as exit_imputed,
       in_record_id, out_record_id, citizenship, mode, bcp, purpose
from spells
