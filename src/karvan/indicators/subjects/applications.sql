-- One row per application, whatever it asks for: when it was lodged, how it was decided, and in how many days.
select
    a.*, d.nth - l.nth as working_days, a.decided_on - a.applied_on as days, date_diff('month', a.applied_on, a.decided_on) as months,
    false as imputed, cast(null as boolean) as unlinked
from (
    select record_id, 'visa' as procedure, channel, submitted_on as applied_on, decided_on, decision, cast(null as bigint) as express_days, sex, birth_year, birth_month, citizenship, birth_country
    from visa
    union all by name
    select record_id, 'registration' as procedure, channel, applied_on, registered_on as decided_on, case when registered_on is not null then 'granted' end as decision, sex, birth_year, birth_month, citizenship, birth_country
    from registration
    union all by name
    select record_id, kind || '_residence' as procedure, channel, applied_on, decided_on, decision, express_days, sex, birth_year, birth_month, citizenship, birth_country
    from permit
    union all by name
    select record_id, 'work_permit' as procedure, null as channel, applied_on, decided_on, decision, sex, birth_year, birth_month, citizenship, birth_country
    from work_permit
    union all by name
    select record_id, 'citizenship' as procedure, null as channel, submitted_on as applied_on, decided_on, decision, sex, birth_year, birth_month, citizenship, birth_country
    from citizenship
) as a
left join calendar as l on l.day = a.applied_on
left join calendar as d on d.day = a.decided_on
