-- Open stays that may be presumed ended ('exit', from the day after `due_on`), and strangers first seen going out who may have come in unseen ('entry'): each with its place in
-- its stratum. Only as many are taken as ends were missed: the shortest lawful stays first, the last to leave first.
-- A stranger first seen going out who is back within $soon_back_days days lived here before the data began: no entry is put in. Nor is such a one presumed gone because the days
-- of a visa-free stay are over; nor is who stayed longer than that before, without a permit, and was back as soon: they live here, and no record knows it.
with unrecorded as (
    select person_id from raw_spells where left_on - entered_on > $visa_free_days and person_id not in (select person_id from settled)
    union
    select person_id from judged where entered_on is null and before_on is null and after_on - left_on <= $soon_back_days
)
select 'exit' as what, j.person_id, j.spell_no, coalesce(c.claim, 'none') as claim, j.due_on - j.entered_on as place, cast(j.due_on + $max_open_days as date) as due_on
from judged j left join claims c using (person_id)
where j.may_end and not coalesce(j.foreigner and j.until_on is null and j.entered_on - j.before_on <= $soon_back_days and j.person_id in (from unrecorded), false)
union all
select 'entry', j.person_id, j.spell_no, coalesce(c.claim, 'none'), date '2000-01-01' - j.left_on, null
from judged j left join claims c using (person_id)
where j.entered_on is null and j.before_on is null and not j.lives_here and j.foreigner is not null
  and j.guess_in_on >= $observed_from and not coalesce(j.after_on - j.left_on <= $soon_back_days, false)
