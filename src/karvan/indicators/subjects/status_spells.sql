-- One row per legal status held, with its person.
select
    s.person_id, s.status, s.ground, s.reason, s.from_on, s.to_on, s.record_id,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    s.record_id is null as imputed,
    coalesce(l.level = 'alone', false) as unlinked
from status_spells as s
left join persons as p on p.person_id = s.person_id
left join links as l on l.record_id = s.record_id
