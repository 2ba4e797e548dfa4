-- What may change a life course although its person has no new record: a day that comes, or what everybody's counts teach. With what was used, so that a later run sees whom a change concerns.
with days as (
    select person_id, crossed_on as due_on from linked_crossing
    union all select person_id, seen_on from proofs
    union all select person_id, from_on from status_records
    union all select person_id, from_on from registered
    union all select person_id, cast(to_on + 1 as date) from registered where to_on < date '9999-12-31'
    union all select person_id, died_on from deaths
    union all select person_id, valid_to_on from permit_chains
    union all select person_id, to_on from by_register
    union all select person_id, coalesce(effective_from_on, concluded_on) from linked_contract
    union all select person_id, final_on from open_decisions
    union all select person_id, unnest([from_on, to_on]) from residence_made where rule = 'UR-12/16'
),
first_open as (            -- as in residence.sql: the first crossing of each person that is not decided
    select person_id, direction, crossed_on from first_decisions where undecided and migration
    qualify row_number() over (partition by person_id order by spell_no, side) = 1
)
select person_id, 'day' as watch, min(due_on) as due_on, null as claim, null as lives_here, null as citizenship, null as mode, null as purpose, null as month, null as direction,
       null as place, null as value
from days where due_on > $observed_until and due_on < date '9999-12-31' group by person_id
union all by name          -- only where no evidence comes before the median
select distinct person_id, 'stay' as watch, lives_here, coalesce(citizenship, 'unknown') as citizenship, coalesce(mode, 'unknown') as mode, coalesce(purpose, 'unknown') as purpose,
       month(coalesce(entered_on, left_on)) as month, stay_days as value
from judged
where entered_on is null and not lives_here
   or closed_by = 'missing_exit' and not lives_here and not coalesce(registered_until_on <= after_on, false)
   or closed_by = 'censored' and may_end and until_on is null and not foreigner
union all by name
select distinct person_id, 'absence' as watch, lives_here, away_days as value
from judged where lives_here and (entered_on is null and before_on is not null or closed_by = 'missing_exit')
union all by name
select c.person_id, c.what as watch, c.due_on, c.claim, c.place, cast(t.person_id is not null as integer) as value
from candidates c left join taken t using (what, person_id, spell_no)
union all by name
select s.person_id, 'silent' as watch, s.ended_on as due_on, cast(o.person_id is not null as integer) as value
from silent s left join stayed_on o using (person_id) where s.silent
union all by name
select distinct c.person_id, 'wait' as watch, u.days as value
from permit_chains c semi join moves using (person_id) cross join usual_wait u where c.unseen
union all by name
select o.person_id, 'lasting' as watch, o.crossed_on as due_on, o.direction, cast(coalesce($observed_until - o.crossed_on >= l.days, false) as integer) as value
from first_open o left join lasting l using (direction)
union all by name          -- a year with signs of life; those of the border alone are everybody's, and weigh the same for all
select distinct s.person_id, 'signs' as watch, s.signs * 128 + s.before as place, cast(p.signs is not null as integer) as value
from signs s left join patterns_resident p using (signs, before) where s.signs > 1 or s.before > 1
