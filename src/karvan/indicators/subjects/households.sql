-- One row per household while its composition lasts; `until_on` is the first day that no longer counts.
select h.*, h.from_on as began_on, cast(h.to_on + 1 as date) as until_on, false as imputed, cast(null as boolean) as unlinked from households as h
