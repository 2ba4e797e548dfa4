-- Lengths of the absences of people who come back, counted by whether they live here by some record.
with gaps as (
    select s.person_id, s.left_on, lead(s.entered_on) over (partition by s.person_id order by s.spell_no) - s.left_on as days
    from raw_spells s
)
select exists (select 1 from settled r where r.person_id = g.person_id and g.left_on between r.from_on and r.to_on) as lives_here, days, count(*) as n
from gaps g where days is not null
group by all
