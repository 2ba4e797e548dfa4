-- Years of residence by signs of life -> spells; one year without, between two with, is bridged: it takes 24 months without a sign to be gone.
with years as (select s.person_id, s.year from signs s join patterns_resident using (signs, before)),
numbered as (select *, year > lag(year) over w + 2 or lag(year) over w is null as begins from years window w as (partition by person_id order by year)),
islands as (select *, sum(begins::integer) over (partition by person_id order by year) as island from numbered),
spans as (select person_id, min(year) as first_year, max(year) as last_year from islands group by person_id, island)
select s.person_id, case when s.first_year > e.first_year then make_date(s.first_year, 1, 1) end as from_on,
       case when d.died_on <= make_date(s.last_year + 2, 1, 1) then d.died_on when s.last_year < e.last_year then make_date(s.last_year + 1, 1, 1) end as to_on,
       'UR-SOL' as rule, 'expected' as basis, null as final_on, null as decided_by,
       case when d.died_on <= make_date(s.last_year + 2, 1, 1) then 'death' when s.last_year < e.last_year then 'emigration' end as ended_by
from spans s cross join years_told e left join deaths d using (person_id)
