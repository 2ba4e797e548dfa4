-- One row per stay of a source that gives both ends at once and has no key to the person. Birth is given as an age.
select
    s.* exclude (birth_year), coalesce(s.birth_year, year(s.entered_on) - s.age) as birth_year, s.left_on - s.entered_on as stay_days,
    case
        when s.admitted_for_status then 'no_dated_limit' when s.admitted_until_on is null then 'limit_not_recorded'
        when s.left_on is null then 'departure_not_recorded' when s.left_on > s.admitted_until_on then 'left_late' else 'left_in_time'
    end as standing,
    false as imputed, cast(null as boolean) as unlinked
from stay as s
