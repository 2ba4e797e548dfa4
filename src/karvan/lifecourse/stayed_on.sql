-- Of the silent as many are taken to have stayed on as the share says, the last to be decided first.
select person_id, record_id from silent where place <= round(stay * people)
