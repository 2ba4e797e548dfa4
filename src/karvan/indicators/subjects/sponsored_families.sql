-- One row per sponsor and one per family member whose permit names the sponsor's; `until_on` is the first day that no longer counts.
select
    c.case_id, c.member_no, c.person_id, c.role, c.from_on as began_on, cast(c.to_on + 1 as date) as until_on,
    p.sex, p.birth_year, p.birth_month, p.birth_country, false as imputed, coalesce(l.level = 'alone', true) as unlinked
from cases as c
left join persons as p on p.person_id = c.person_id
left join links as l on l.record_id = c.record_id
where c.kind = 'sponsor'
