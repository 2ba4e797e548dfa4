-- One row per spell of usual residence, with its person and the stay that decided it. Basis `register` is no migration: a birth, or
-- someone resident before the first crossing.
select
    r.person_id, r.rule, r.from_on, r.to_on, r.basis, r.decided_by, r.ended_by, r.final_on, r.previous_country, r.next_country, r.reason,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    e.first_end is not null and e.first_end <= r.from_on as resident_before,
    r.basis = 'imputed' or coalesce(s.entry_imputed or s.exit_imputed, false) as imputed,
    coalesce(l.level = 'alone', false) or coalesce(s.closed_by in ('missing_exit', 'presumed_left'), false) as unlinked
from residence_spells as r
left join persons as p on p.person_id = r.person_id
left join (select person_id, rule, min(to_on) as first_end from residence_spells group by person_id, rule) as e on e.person_id = r.person_id and e.rule = r.rule
left join (
    select in_record_id, bool_or(entry_imputed) as entry_imputed, bool_or(exit_imputed) as exit_imputed, max(closed_by) as closed_by
    from presence_spells where in_record_id is not null group by in_record_id
) as s on s.in_record_id = r.decided_by
left join links as l on l.record_id = r.decided_by
