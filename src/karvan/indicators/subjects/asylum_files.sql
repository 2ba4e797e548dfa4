-- One row per person in an asylum case, named or only counted by its file; `leads`: this row stands for the case. `until_on` is the day of the final decision.
select
    c.case_id, c.member_no, c.person_id, c.role, c.reason, c.from_on as lodged_on, c.to_on as until_on,
    row_number() over (partition by c.case_id order by c.person_id is null, c.member_no) = 1 as leads,
    p.sex, p.birth_year, p.birth_month, p.birth_country, false as imputed, coalesce(l.level = 'alone', true) as unlinked
from cases as c
left join persons as p on p.person_id = c.person_id
left join links as l on l.record_id = c.record_id
where c.kind = 'asylum'
