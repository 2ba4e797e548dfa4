-- One row per citizenship file as recorded: acquisition, restoration, loss, check of affiliation.
select
    record_id, file_type, basis, previous_citizenship, new_citizenship, submitted_on, decided_on, decision,
    sex, birth_year, birth_month, birth_country, citizenship, false as imputed, cast(null as boolean) as unlinked
from citizenship
