-- People whose asylum procedure ended before the data began, who hold no other status and cross no border since: left long ago, or still here. Nothing
-- tells which; how many does: the share of those whose procedure ended within the data and who were not seen leaving (`stay`, of `told` procedures). The last to
-- be decided first (`place`, of `people`); where fewer than 20 procedures tell, nobody.
with closed as (
    select s.person_id, max(s.to_on) as ended_on, max_by(s.record_id, (s.to_on, s.record_id)) as record_id
    from status_records s join claims c on c.person_id = s.person_id and c.claim = 'asylum_seeker'
    where s.status = 'asylum_seeker'
    group by s.person_id
    having bool_and(s.to_on is not null)
),
share as (
    select avg(cast(l.open as integer)) as stay, count(*) as told
    from closed c
    join (select person_id, max_by(closed_by, spell_no) = 'censored' as open from spells group by person_id) l using (person_id)
    where c.ended_on between $observed_from and $observed_until - $max_open_days
    having count(*) >= 20
),
silent as (
    select person_id, record_id, row_number() over (order by ended_on desc, person_id) as place, count(*) over () as people
    from closed
    where ended_on < $observed_from and person_id not in (select person_id from spells) and person_id not in (select person_id from by_register)
      and person_id not in (select person_id from deaths)
)
select s.person_id, s.record_id, s.place, s.people, share.stay, share.told from silent s cross join share
