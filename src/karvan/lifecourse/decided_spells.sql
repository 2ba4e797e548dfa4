-- Decisions -> spells of usual residence. A spell begins with an arrival that is a migration and ends with a departure that is one.
-- An arrival that cannot be decided yet opens a spell 'undecided'; a departure that cannot be decided yet ends nothing.
with changes as (
    select person_id, crossed_on, direction, record_id, imputed, final_on, undecided, spell_no, side
    from decisions where migration
),
first_seen as (
    select person_id, bool_or(resident_before) as resident_before
    from (select person_id, resident_before from decisions qualify row_number() over (partition by person_id order by spell_no, side) = 1)
    group by person_id
),
decided as (
    select person_id, crossed_on, direction, record_id, imputed, final_on, spell_no, side from changes where not undecided
    union all
    select f.person_id, null, 'in', i.record_id, false, null, 0, 0
    from first_seen f left join initial_status i using (person_id) where f.resident_before
),
paired as (
    select *, lead(crossed_on) over w as to_on, lead(final_on) over w as ended_final_on, lead(imputed) over w as end_imputed
    from decided window w as (partition by person_id order by spell_no, side)
),
open_question as (select person_id, min(spell_no * 2 + side) as place from changes where undecided group by person_id),
spells_made as (
    select p.person_id, case when p.spell_no = 0 then i.since_on else p.crossed_on end as from_on, p.to_on,
           case when p.spell_no = 0 then case when i.resident then 'register' when not coalesce(i.by_record, false) then 'observed' when i.since_on > $observed_from then 'imputed' else 'register' end
                when p.imputed or coalesce(p.end_imputed, false) then 'imputed' else 'observed' end as basis,
           case when p.to_on is not null then p.ended_final_on when q.place is not null then null else p.final_on end as final_on,
           p.record_id as decided_by, case when p.to_on is not null then 'emigration' end as ended_by
    from paired p
    left join initial_status i using (person_id)
    left join open_question q using (person_id)
    where p.direction = 'in' and not (p.spell_no = 0 and coalesce(p.to_on <= $observed_from, false))    -- whoever was gone by then is no emigrant of the data
),
undecided as (             -- the first arrival that is still open, of someone who is not resident by what is decided
    select c.person_id, c.crossed_on as from_on, null as to_on, 'undecided' as basis, null as final_on, c.record_id as decided_by, null as ended_by
    from changes c
    where c.undecided and c.direction = 'in'
      and c.person_id not in (select person_id from spells_made where to_on is null)
    qualify row_number() over (partition by c.person_id order by c.spell_no, c.side) = 1
),
both_kinds as (select * from spells_made union all by name select * from undecided)
select b.person_id, b.from_on,
       case when d.died_on < coalesce(b.to_on, date '9999-12-31') then d.died_on else b.to_on end as to_on,
       $rule as rule, b.basis, b.final_on, b.decided_by,
       case when d.died_on < coalesce(b.to_on, date '9999-12-31') then 'death' else b.ended_by end as ended_by
from both_kinds b left join deaths d using (person_id)
where coalesce(b.from_on, date '0001-01-01') <= coalesce(d.died_on, date '9999-12-31')
