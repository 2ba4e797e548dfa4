-- Stays of the line in force whose end, or whose beginning, nobody saw, and of which only as many are closed as are missed in their stratum: each with its place in the
-- order in which they were taken, whether it was taken, and how many were (`takes`) of how many (`people`).
with candidates as (
    select e.person_id, e.spell_no, coalesce(c.claim, 'none') as claim, 'left' as what, s.closed_by = 'presumed_left' as taken, e.left_on - e.entered_on as sooner
    from every_end e join spells s using (person_id, spell_no) left join claims c using (person_id)
    where e.closed_by = 'presumed_left'
    union all
    select e.person_id, e.spell_no, coalesce(c.claim, 'none'), 'came', s.entry_imputed, -(e.left_on - date '2000-01-01')
    from every_end e join spells s using (person_id, spell_no) left join claims c using (person_id)
    where e.entry_imputed and e.spell_no = 1
)
select person_id, spell_no, claim, what, taken, row_number() over (partition by what, claim order by sooner, person_id) as place,
       count(*) filter (taken) over (partition by what, claim) as takes, count(*) over (partition by what, claim) as people
from candidates
