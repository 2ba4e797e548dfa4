-- The candidates that are taken.
select c.what, c.person_id, c.spell_no
from candidates c left join cutoffs l using (what, claim)
where coalesce(c.due_on < $observed_until, true)
  and (l.what is null or l.place is not null and (c.place < l.place or c.place = l.place and c.person_id <= l.person_id))
