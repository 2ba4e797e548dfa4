-- The repaired stays as crossings in order: what UR-12/16 decides. A death is no departure.
with ends as (
    select person_id, spell_no, 0 as side, entered_on as crossed_on, 'in' as direction, in_record_id as record_id, entry_imputed as imputed
    from spells where entered_on is not null
    union all
    select person_id, spell_no, 1, left_on, 'out', out_record_id, exit_imputed
    from spells where left_on is not null and closed_by <> 'death'
)
select * from ends order by person_id, spell_no, side
