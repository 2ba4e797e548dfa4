-- One row per spell of usual residence under any rule, with its person; for setting rules side by side.
select
    r.person_id, r.rule, r.from_on, r.to_on, r.basis, r.ended_by, p.sex, p.birth_year, p.birth_month, p.birth_country,
    r.basis = 'imputed' as imputed, cast(null as boolean) as unlinked
from residence_spells as r
left join persons as p on p.person_id = r.person_id
