-- Lengths of the stays whose both ends were seen, counted by stratum. What a crossing does not say is the category 'unknown'.
select exists (select 1 from settled r where r.person_id = s.person_id and s.entered_on between r.from_on and r.to_on) as lives_here,
       coalesce(s.citizenship, 'unknown') as citizenship, coalesce(s.mode, 'unknown') as mode, coalesce(s.purpose, 'unknown') as purpose, month(s.entered_on) as month,
       s.left_on - s.entered_on as days, count(*) as n
from raw_spells s
where s.closed_by = 'exit' and s.entered_on is not null
group by all
