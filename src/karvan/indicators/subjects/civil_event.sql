-- One row per act of civil status, and whether its person was usually resident then.
select
    c.*, e.record_id is not null as of_resident, false as imputed, coalesce(l.level = 'alone', l.record_id is null) as unlinked
from civil_event as c
left join links as l on l.record_id = c.record_id
left join (
    select distinct c.record_id
    from civil_event as c
    join links as l on l.record_id = c.record_id
    join residence_spells as r on r.person_id = l.person_id and r.rule = 'UR-PRE' and coalesce(r.from_on <= c.event_on, true) and coalesce(r.to_on >= c.event_on, true)
) as e on e.record_id = c.record_id
