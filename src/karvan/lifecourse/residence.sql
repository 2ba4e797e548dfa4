-- All rules together, with countries of previous and next residence and the reason, from the best evidence there is.
with told as (             -- a permit alone, of someone who never crosses, does not say that its holder is here
    select *, person_id not in (select person_id from moves) as never_crosses
    from by_register
    where source = 'register' or ended_by = 'death' or person_id in (select person_id from moves)
       or person_id in (select person_id from proofs where seen_on >= $observed_from)
       or person_id in (select person_id from permit_chains where protected)
),
open_crossings as (        -- the first crossing of each person that is not decided, who is on its new side still: will it last, by its length so far or by a record?
    select o.person_id, o.crossed_on,
           o.direction = 'out' and (lasts or not coalesce(t.runs, false)) as gone,
           o.direction = 'in' and (lasts or coalesce(t.runs, false)) as comes
    from (
        select d.person_id, d.crossed_on, d.direction, coalesce($observed_until - d.crossed_on >= l.days, false) as lasts
        from decisions d left join lasting l using (direction)
        where d.undecided and d.migration
        qualify row_number() over (partition by d.person_id order by d.spell_no, d.side) = 1
    ) o
    left join (select person_id, bool_or(coalesce(to_on > $observed_until, true)) as runs from told group by person_id) t using (person_id)
),
every_spell as (
    select person_id, from_on, to_on, rule, basis, final_on, decided_by, ended_by, null as previous_country, null as next_country
    from decided_spells
    union all by name         -- people who never cross a border are residents by register
    select person_id, from_on, to_on, 'UR-12/16' as rule, 'register' as basis, null as final_on, record_id as decided_by, ended_by, previous_country, next_country
    from told where never_crosses
    union all by name
    select person_id, from_on, to_on, r.rule,
           case when source = 'permit' or previous_country is not null then 'expected' else 'register' end as basis,
           null as final_on, record_id as decided_by, ended_by, previous_country, next_country
    from told cross join (values ('UR-EXP'), ('UR-PRE')) r(rule) where r.rule = 'UR-EXP' or never_crosses
    union all by name         -- and as many as are taken to have stayed on unseen
    select s.person_id, null as from_on, null as to_on, r.rule, 'imputed' as basis, null as final_on, s.record_id as decided_by,
           null as ended_by, null as previous_country, null as next_country
    from stayed_on s cross join (values ('UR-12/16'), ('UR-PRE')) r(rule)
    union all by name         -- UR-PRE of those who cross: what is decided, and what is expected of the crossing that is not
    select d.person_id, d.from_on, case when d.to_on is null and e.gone then e.crossed_on else d.to_on end as to_on, 'UR-PRE' as rule,
           case when d.basis = 'undecided' then 'expected' else d.basis end as basis, null as final_on, d.decided_by,
           case when d.to_on is null and e.gone then 'emigration' else d.ended_by end as ended_by, null as previous_country, null as next_country
    from decided_spells d
    left join open_crossings e using (person_id)
    where d.basis <> 'undecided' or e.comes
),
held as (
    select person_id, citizenship, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on from citizenships_made where counted
),
arrived as (               -- countries that the register names for a move within three months
    select e.person_id, e.rule, e.from_on, min_by(r.previous_country, (abs(r.from_on - e.from_on), r.record_id)) as country
    from every_spell e join registered r on r.person_id = e.person_id and r.previous_country is not null and abs(r.from_on - e.from_on) <= 90
    group by e.person_id, e.rule, e.from_on
),
departed as (
    select e.person_id, e.rule, e.to_on, min_by(r.next_country, (abs(r.to_on - e.to_on), r.record_id)) as country
    from every_spell e join registered r on r.person_id = e.person_id and r.next_country is not null and abs(r.to_on - e.to_on) <= 90
    group by e.person_id, e.rule, e.to_on
),
applied_from as (          -- country of residence in the visa application before the arrival
    select e.person_id, e.rule, e.from_on, max_by(v.residence_country, (v.submitted_on, v.record_id)) as country
    from every_spell e join linked_visa v on v.person_id = e.person_id and v.residence_country is not null and v.submitted_on between e.from_on - 730 and e.from_on
    where e.from_on is not null
    group by e.person_id, e.rule, e.from_on
),
grounds as (               -- the status held within 90 days of the start, the nearest that has a reason
    select e.person_id, e.rule, e.from_on, min_by(s.reason, (greatest(s.from_on - e.from_on, 0), s.from_on)) as reason
    from every_spell e
    join status_made s on s.person_id = e.person_id and s.reason is not null
     and s.from_on <= e.from_on + 90 and coalesce(s.to_on, date '9999-12-31') >= e.from_on
    where e.from_on is not null
    group by e.person_id, e.rule, e.from_on
)
select e.person_id, e.from_on, e.to_on, e.rule, e.basis, e.final_on, e.decided_by, e.ended_by,
       case when e.basis = 'register' or e.from_on is null then e.previous_country
            else coalesce(e.previous_country, a.country, nullif(v.country, $national), nullif(h.citizenship, $national)) end as previous_country,
       case when e.ended_by = 'emigration' then coalesce(e.next_country, d.country, nullif(n.citizenship, $national)) end as next_country,
       g.reason
from every_spell e
left join arrived a using (person_id, rule, from_on)
left join departed d using (person_id, rule, to_on)
left join applied_from v using (person_id, rule, from_on)
left join grounds g using (person_id, rule, from_on)
left join held h on h.person_id = e.person_id and e.from_on between h.from_on and h.to_on
left join held n on n.person_id = e.person_id and e.to_on between n.from_on and n.to_on
qualify row_number() over (partition by e.person_id, e.rule, e.from_on order by h.citizenship, n.citizenship, e.to_on, e.basis, e.decided_by) = 1
