-- One row per stay that began in the data, with the first registration of the place of stay made in it, and the status held on arrival.
select
    a.person_id, a.spell_no, a.entered_on, a.left_on, a.closed_by, a.mode, a.bcp, a.purpose, a.citizenship as document_citizenship,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    r.registered_on, coalesce(a.left_on, date '9999-12-31') - a.entered_on as stay_days, h.person_id is not null as permit_on_arrival,
    a.entry_imputed or a.exit_imputed as imputed,
    a.closed_by in ('missing_exit', 'presumed_left') as unlinked
from presence_spells as a
left join persons as p on p.person_id = a.person_id
left join (
    select a.person_id, a.spell_no, min(coalesce(g.registered_on, g.applied_on)) as registered_on
    from presence_spells as a
    join links as l on l.person_id = a.person_id
    join registration as g on g.record_id = l.record_id and coalesce(g.registered_on, g.applied_on) between a.entered_on and coalesce(a.left_on, date '9999-12-31')
    group by a.person_id, a.spell_no
) as r on r.person_id = a.person_id and r.spell_no = a.spell_no
left join (
    select distinct a.person_id, a.spell_no
    from presence_spells as a
    join status_spells as s on s.person_id = a.person_id and s.status in ('citizen', 'temporary', 'permanent', 'refugee', 'asylum_seeker')
        and coalesce(s.from_on, date '0001-01-01') <= a.entered_on and coalesce(s.to_on, date '9999-12-31') >= a.entered_on
) as h on h.person_id = a.person_id and h.spell_no = a.spell_no
where a.entered_on is not null
