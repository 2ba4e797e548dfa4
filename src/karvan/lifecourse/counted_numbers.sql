-- What the run's notes say, as numbers that add up over persons.
with residents_now as (
    select person_id from residence_made
    where rule = 'UR-12/16' and basis <> 'undecided' and coalesce(from_on, date '0001-01-01') <= $observed_until and coalesce(to_on, date '9999-12-31') > $observed_until
)
select 'crossings' as what, count(*) as n from crossings_linked
union all select 'crossings_later', count(*) from linked_crossing where decision = 'admitted' and crossed_on > $observed_until
union all select 'crossings_read_twice', count(*) from crossings_linked where read_twice
union all select 'crossings_of_persons', count(*) from linked_crossing
union all select 'spells', count(*) from spells
union all select 'spells_imputed', count(*) from spells where entry_imputed or exit_imputed
union all select 'residents', count(*) from residents_now
union all select 'residents_by_register_only', count(*) from residents_now where person_id not in (select person_id from moves)
