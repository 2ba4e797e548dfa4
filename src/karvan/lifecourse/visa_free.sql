select s.person_id, 'visa_free', null, null, s.entered_on, cast(least(coalesce(s.left_on, date '9999-12-31'), s.entered_on + $visa_free_days - 1) as date), null
from spells s
join foreigners f using (person_id)
left join crossings_kept c on c.record_id = s.in_record_id
where f.foreigner and s.entered_on is not null and c.visa_no is null
