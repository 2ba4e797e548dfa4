-- One row per application for a work permit as recorded; `workers` is one where the source does not say.
select w.* exclude (workers), coalesce(w.workers, 1) as workers, false as imputed, cast(null as boolean) as unlinked from work_permit as w
