-- One row per stay in the country, with its person. A stay whose end nobody saw and no repair put in ends where the next begins.
select
    a.person_id, a.spell_no, a.entered_on, a.left_on, a.closed_by, a.mode, a.bcp, a.purpose, a.citizenship as document_citizenship,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    a.left_on - a.entered_on as stay_days,
    h.person_id is not null as resident_on_arrival,
    a.entry_imputed or a.exit_imputed as imputed,
    a.closed_by in ('missing_exit', 'presumed_left') or a.entered_on is null as unlinked
from presence_spells as a
left join persons as p on p.person_id = a.person_id
left join (
    select distinct a.person_id, a.spell_no
    from presence_spells as a
    join residence_spells as r on r.person_id = a.person_id and r.rule = 'UR-PRE' and coalesce(r.from_on <= a.entered_on, true) and coalesce(r.to_on > a.entered_on, true)
) as h on h.person_id = a.person_id and h.spell_no = a.spell_no
