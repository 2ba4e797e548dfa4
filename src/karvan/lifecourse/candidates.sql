-- Open stays that may be presumed ended ('exit', from the day after `due_on`), and strangers first seen going out who may have come in unseen ('entry'): each with its place in
-- its stratum. Only as many are taken as ends were missed: the shortest lawful stays first, the last to leave first.
-- A stranger who is back within $soon_back_days days lived here before the data began: no entry is put in.
select 'exit' as what, j.person_id, j.spell_no, coalesce(c.claim, 'none') as claim, j.due_on - j.entered_on as place, cast(j.due_on + $max_open_days as date) as due_on
from judged j left join claims c using (person_id)
where j.may_end
union all
select 'entry', j.person_id, j.spell_no, coalesce(c.claim, 'none'), date '2000-01-01' - j.left_on, null
from judged j left join claims c using (person_id)
where j.entered_on is null and j.before_on is null and not j.lives_here and j.foreigner is not null
  and j.guess_in_on >= $observed_from and not coalesce(j.after_on - j.left_on <= $soon_back_days, false)
