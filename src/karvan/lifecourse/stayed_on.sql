-- Those of the silent who are taken to have stayed on.
select s.person_id, s.record_id from silent s join silent_cutoff c on s.ended_on > c.ended_on or s.ended_on = c.ended_on and s.person_id <= c.person_id
where s.silent
