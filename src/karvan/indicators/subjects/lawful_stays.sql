-- One row per stay of a person in the country with the day on which it came due: the end of the last lawful status held in it.
select
    a.person_id, a.spell_no, a.entered_on, a.left_on, a.closed_by, a.mode, a.bcp, a.purpose, a.citizenship as document_citizenship,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    s.last_status as status, case when s.without_end then null else s.due_on end as due_on,
    a.entry_imputed or a.exit_imputed as imputed,
    a.closed_by in ('missing_exit', 'presumed_left') or a.entered_on is null as unlinked
from presence_spells as a
left join persons as p on p.person_id = a.person_id
join (
    select a.person_id, a.spell_no, bool_or(s.to_on is null) as without_end, max(s.to_on) as due_on, max_by(s.status, (s.to_on, s.from_on, s.status)) as last_status
    from presence_spells as a
    join status_spells as s on s.person_id = a.person_id and s.status not in ('irregular', 'ordered_to_leave')
        and coalesce(s.from_on, date '0001-01-01') <= coalesce(a.left_on, date '9999-12-31') and coalesce(s.to_on, date '9999-12-31') >= coalesce(a.entered_on, date '0001-01-01')
    group by a.person_id, a.spell_no
) as s on s.person_id = a.person_id and s.spell_no = a.spell_no
