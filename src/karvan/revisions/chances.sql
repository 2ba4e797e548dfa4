-- Crossings that can be a migration (a non-resident comes in, a resident goes out), each as it looked on the day `cut_on`: days on the new and on the old
-- side so far, where the person was, and what was known of them. Decided ones are looked at from a day drawn by their person (a hash), so that they show every
-- age that an open one can have. `migration` is null where the rule cannot tell yet.
with stays as (
    select person_id, spell_no, entered_on, coalesce(left_on, case when closed_by <> 'censored' then lead(entered_on) over (partition by person_id order by spell_no) end) as left_on,
           in_record_id, out_record_id, citizenship
    from presence_spells
),
lived as (
    select person_id, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on, ended_by
    from residence_spells where rule = 'UR-12/16' and basis <> 'undecided'
),
moves as (
    select person_id, 'immigration' as flow, entered_on as moved_on, spell_no, citizenship from stays where entered_on is not null
    union all
    select person_id, 'emigration', left_on, spell_no, citizenship from stays where left_on is not null
),
chances as (
    select m.*, exists (select 1 from lived r where r.person_id = m.person_id and r.from_on < m.moved_on and r.to_on >= m.moved_on) as resident_before,
           exists (select 1 from lived r where r.person_id = m.person_id and case when m.flow = 'immigration' then r.from_on = m.moved_on else r.to_on = m.moved_on and r.ended_by = 'emigration' end) as migrated
    from moves as m where m.moved_on between $first_on and $until_on
),
asked as (  -- the day from which each is looked at
    select *, moved_on + $window <= $until_on as old,
           case when moved_on + $window <= $until_on then moved_on + cast(hash(person_id, spell_no, flow) % $window as integer) else $until_on end as cut_on
    from chances where resident_before = (flow = 'emigration')
),
counted as (
    select a.person_id, a.flow, a.moved_on, a.spell_no, a.citizenship, a.migrated, a.old, a.cut_on,
           sum(greatest(least(coalesce(s.left_on, a.cut_on + 1), a.cut_on + 1) - greatest(coalesce(s.entered_on, a.moved_on), a.moved_on), 0)) as inside,
           coalesce(bool_or(coalesce(s.entered_on, a.moved_on) <= a.cut_on and coalesce(s.left_on, date '9999-12-31') > a.cut_on), false) as is_inside,
           count(*) filter (s.entered_on between a.moved_on - 730 and a.moved_on - 1) as stays_before
    from asked as a left join stays as s on s.person_id = a.person_id and coalesce(s.entered_on, date '0001-01-01') <= a.cut_on and coalesce(s.left_on, date '9999-12-31') > a.moved_on - 730
    group by all
),
held as (
    select c.person_id, c.spell_no, c.flow, bool_or(s.status in ('temporary', 'permanent', 'refugee')) as permitted, bool_or(s.status = 'asylum_seeker') as seeks
    from counted as c join status_spells as s on s.person_id = c.person_id and s.status in ('temporary', 'permanent', 'refugee', 'asylum_seeker')
        and coalesce(s.from_on <= c.cut_on, true) and coalesce(s.to_on >= c.moved_on, true)
    group by all
)
select c.person_id, c.flow, c.moved_on, c.spell_no, c.old, cast(c.cut_on + 1 - c.moved_on as integer) as age,
       case when c.flow = 'immigration' then c.inside else c.cut_on + 1 - c.moved_on - c.inside end as new_side,
       case when c.flow = 'immigration' then c.cut_on + 1 - c.moved_on - c.inside else c.inside end as old_side,
       c.is_inside = (c.flow = 'immigration') as on_new_side, c.stays_before, coalesce(h.permitted, false) as permitted, coalesce(h.seeks, false) as seeks,
       coalesce(k.citizenship, c.citizenship, 'unknown') as citizenship, c.migrated
from counted as c
left join held as h using (person_id, spell_no, flow)
left join citizenships as k on k.person_id = c.person_id and k.counted and coalesce(k.from_on <= c.moved_on, true) and coalesce(k.to_on >= c.moved_on, true)
qualify row_number() over (partition by c.person_id, c.flow, c.spell_no order by k.citizenship) = 1
order by c.person_id, c.moved_on, c.spell_no, c.flow
