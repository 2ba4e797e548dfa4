-- The last of the silent who is taken to have stayed on: as many as the share says, the last to be decided first. None: nobody.
with placed as (select person_id, ended_on, row_number() over (order by ended_on desc, person_id) as no, count(*) over () as people from whole_silent where silent)
select p.ended_on, p.person_id from placed p join silent_share s on p.no = round(s.stay * p.people)
