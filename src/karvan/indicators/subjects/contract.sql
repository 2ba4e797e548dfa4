-- One row per employment contract as recorded; `without_permit`: it names no work permit.
select c.*, c.work_permit_no is null as without_permit, coalesce(c.effective_from_on, c.concluded_on) as began_on, false as imputed, cast(null as boolean) as unlinked
from contract as c
