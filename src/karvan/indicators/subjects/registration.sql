-- One row per registration upon place of stay as recorded; `days` from arrival to registration.
select
    record_id, arrived_on, applied_on, registered_on, channel, host_type, region, valid_until_on, deregistered_on, deregistration_reason,
    coalesce(registered_on, applied_on) - arrived_on as days, sex, birth_year, birth_month, birth_country, citizenship, false as imputed, cast(null as boolean) as unlinked
from registration
