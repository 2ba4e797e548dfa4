-- Persons and years by the signs of life they show, by half of the population, and by whether UR-12/16 says that the person was resident on 31 December.
select s.year, s.signs, s.before, hash(s.person_id) % 2 = 0 as half, r.person_id is not null as holds, count(*) as n
from signs s
left join (
    select distinct y.year, m.person_id
    from (select distinct year from signs) y
    join residence_made m on m.rule = 'UR-12/16' and m.basis <> 'undecided'
     and coalesce(m.from_on <= make_date(y.year, 12, 31), true) and coalesce(m.to_on > make_date(y.year, 12, 31), true)
) r on r.year = s.year and r.person_id = s.person_id
group by all
