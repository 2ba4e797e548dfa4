-- One row per decision on irregular stay or return as recorded.
select
    record_id, procedure, instance, outcome, decided_on, leave_by_on, body, region, sex, birth_year, birth_month, birth_country, citizenship,
    false as imputed, cast(null as boolean) as unlinked
from decision where procedure in ('irregular_stay', 'return')
