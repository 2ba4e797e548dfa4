-- What was put in or left out, counted by stratum: citizenship, mode, purpose, month.
with touched as (
    select 'missing_exit_closed' as repair, person_id, citizenship, mode, purpose, entered_on as at_on from spells where closed_by = 'missing_exit' and exit_imputed
    union all
    select 'presumed_left', person_id, citizenship, mode, purpose, entered_on from spells where closed_by = 'presumed_left'
    union all
    select 'missing_entry_put_in', person_id, citizenship, mode, purpose, left_on from spells where entry_imputed
    union all
    select 'read_twice', person_id, citizenship, mode, purpose, crossed_on from crossings_linked where read_twice
    union all
    select 'later_than_observed', person_id, citizenship, mode, purpose, crossed_on
    from linked_crossing where decision = 'admitted' and crossed_on > $observed_until
)
select repair,
       concat_ws(' ', coalesce(citizenship, 'unknown'), coalesce(mode, 'unknown'), coalesce(purpose, 'unknown'), strftime(at_on, '%Y-%m')) as stratum,
       count(distinct person_id) as persons, count(*) as spells
from touched
group by all
