-- People whose asylum procedure ended and who hold no other status: whether they were seen leaving (`open`: not), and the `silent`, whose procedure ended before the
-- data began and who cross no border since. They left long ago or are still here; nothing tells which. How many did, those tell whose procedure ended within the data.
with closed as (
    select s.person_id, max(s.to_on) as ended_on, max_by(s.record_id, (s.to_on, s.record_id)) as record_id
    from status_records s join claims c on c.person_id = s.person_id and c.claim = 'asylum_seeker'
    where s.status = 'asylum_seeker'
    group by s.person_id
    having bool_and(s.to_on is not null)
)
select c.person_id, c.record_id, c.ended_on, l.open, l.person_id is null and c.ended_on < $observed_from
           and c.person_id not in (select person_id from by_register) and c.person_id not in (select person_id from deaths) as silent
from closed c
left join (select person_id, max_by(closed_by, spell_no) = 'censored' as open from spells group by person_id) l using (person_id)
