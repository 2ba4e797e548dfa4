-- At whom each person lives, as agencies write it: a wife at her husband's, a child at the mother's (else the father's) until 18, everybody
-- else at their own. `home` is a person; with a region it is one dwelling. Lives know families and regions, and no dwellings.
with married as (
    select person_a as person_no, person_b as home, from_on, to_on from unions
    qualify row_number() over (partition by person_a order by from_on desc, person_b) = 1
),
young as (
    select p.person_no, coalesce(m.home, p.mother_no, p.father_no) as home, p.born_on as from_on, cast(p.born_on + interval 18 year as date) as to_on
    from people p left join married m on m.person_no = p.mother_no
    where p.mother_no is not null or p.father_no is not null
)
select person_no, home, from_on, to_on from young where person_no not in (select person_no from married)
union all
select person_no, home, from_on, to_on from married
