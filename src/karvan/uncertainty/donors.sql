-- Lengths of stays and absences of which both ends were seen, as 39 quantiles of equal weight: what a missing date is drawn from. A stratum is whether the person
-- lives here by some record, and for stays the purpose; null is all purposes together. Strata under 20 give none.
with seen as (
    select coalesce(s.purpose, 'unknown') as purpose, s.left_on - s.entered_on as days, lead(s.entered_on) over (partition by s.person_id order by s.spell_no) - s.left_on as away,
           exists (select 1 from settled r where r.person_id = s.person_id and s.left_on between r.from_on and r.to_on) as lives_here
    from raw_spells s
    where s.left_on is not null
)
select lives_here, purpose, quantile_disc(days, $shares) as stays, quantile_disc(away, $shares) as absences
from seen
group by grouping sets ((lives_here, purpose), (lives_here))
having count(*) filter (days is not null) >= 20
