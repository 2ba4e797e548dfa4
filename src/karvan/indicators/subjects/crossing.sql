-- One row per border crossing as recorded.
select c.*, false as imputed, cast(null as boolean) as unlinked from crossing as c
