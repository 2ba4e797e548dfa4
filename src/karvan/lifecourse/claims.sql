-- The strongest status that a record ever gave each person: the stratum in which a stay without an end is judged.
select s.person_id, min_by(s.status, p.place) as claim
from status_records s join precedence p using (status)
group by s.person_id
