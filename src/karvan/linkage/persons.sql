-- People, by majority of their records; ties go to the smaller value. Reads `prepared` and `linked` (rid, person_id, probability).
with seen as (select l.person_id, l.probability, p.sex, p.birth_date, p.birth_country from linked l join prepared p using (rid)),
counted as (select person_id, count(*) as records, min(probability) as weakest from seen group by person_id),
sexes as (select person_id, sex from (select person_id, sex, count(*) as times from seen where sex is not null group by all) qualify row_number() over (partition by person_id order by times desc, sex) = 1),
years as (
    select person_id, born from (select person_id, left(birth_date, 4) as born, count(*) as times from seen where birth_date is not null group by all)
    qualify row_number() over (partition by person_id order by times desc, born) = 1
),
months as (         -- of the year chosen; the first of January counts only where nothing else is said
    select person_id, cast(month_text as bigint) as birth_month
    from (select s.person_id, substr(s.birth_date, 6, 2) as month_text, sum(case when s.birth_date like '%-01-01' then 0.001 else 1 end) as times
          from seen s join years y on y.person_id = s.person_id and y.born = left(s.birth_date, 4) where length(s.birth_date) >= 7 group by all)
    qualify row_number() over (partition by person_id order by times desc, month_text) = 1
),
countries as (
    select person_id, birth_country from (select person_id, birth_country, count(*) as times from seen where birth_country is not null group by all)
    qualify row_number() over (partition by person_id order by times desc, birth_country) = 1
)
select c.person_id, s.sex, cast(y.born as bigint) as birth_year, m.birth_month, b.birth_country, c.records, case when c.records > 1 then c.weakest end as weakest
from counted c
left join sexes s using (person_id)
left join years y using (person_id)
left join months m using (person_id)
left join countries b using (person_id)
order by c.person_id
