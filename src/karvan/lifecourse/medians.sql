-- Median length of the stays whose both ends were seen, by stratum, from the finest to the whole; strata under 20 stays give none.
-- A stratum that is rolled up is null; what a crossing does not say is the category 'unknown'.
with seen as (
    select coalesce(s.citizenship, 'unknown') as citizenship, coalesce(s.mode, 'unknown') as mode, coalesce(s.purpose, 'unknown') as purpose, month(s.entered_on) as month, s.left_on - s.entered_on as days,
           exists (select 1 from settled r where r.person_id = s.person_id and s.entered_on between r.from_on and r.to_on) as lives_here
    from raw_spells s
    where s.closed_by = 'exit' and s.entered_on is not null
)
select lives_here, citizenship, mode, purpose, month, quantile_disc(days, 0.5) as days
from seen
group by grouping sets ((lives_here, citizenship, mode, purpose, month), (lives_here, citizenship, purpose), (lives_here, purpose), (lives_here))
having count(*) >= 20
