-- The day on which each person died, by the earliest record that says so.
select person_id, min(died_on) as died_on
from (
    select person_id, event_on as died_on from linked_civil_event where event = 'death'
    union all
    select person_id, died_on from linked_resident where died_on is not null
)
group by person_id
