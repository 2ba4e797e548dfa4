-- Median length of the absences of people who come back, by whether they live here by some record.
with gaps as (
    select s.person_id, s.left_on, lead(s.entered_on) over (partition by s.person_id order by s.spell_no) - s.left_on as days
    from raw_spells s
),
told as (
    select g.days,
           exists (select 1 from settled r where r.person_id = g.person_id and g.left_on between r.from_on and r.to_on) as lives_here
    from gaps g where g.days is not null
)
select lives_here, quantile_disc(days, 0.5) as days from told group by lives_here having count(*) >= 20
