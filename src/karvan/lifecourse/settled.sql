-- People who live here by some record, from when to when: the register and until they leave, permits, protection; in a country without a register, its citizens.
-- A citizen whom no register knows is taken for a visitor: most live abroad, some are the other passport of someone already known.
select person_id, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on
from status_records
where status in ('temporary', 'permanent', 'refugee') or status = 'citizen' and not $register
union all
select person_id, from_on, cast(least(to_on, date '9999-12-31' - $leaving_days) + $leaving_days as date) from registered
