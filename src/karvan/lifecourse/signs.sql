-- Signs of life: person and year with the kinds of record that saw the person in that year, one bit each, as `signs`; `before`, of the year before.
with seen as (
    select person_id, year(crossed_on) as year, 1 as bit from crossings_kept
    union all select person_id, year(coalesce(registered_on, applied_on)), 2 from linked_registration
    union all select person_id, year(coalesce(decided_on, applied_on)), 4 from linked_permit
    union all select person_id, unnest(range(year(from_on), year(least(to_on, $observed_until)) + 1)), 8 from (
        select person_id, coalesce(effective_from_on, concluded_on) as from_on, coalesce(terminated_on, $observed_until) as to_on from linked_contract) where from_on <= to_on
    union all select person_id, year(coalesce(started_on, offered_on)), 16 from linked_service
    union all select person_id, year(issued_on), 16 from linked_document
    union all select person_id, year(event_on), 16 from linked_civil_event where event <> 'death'
    union all select person_id, year(event_on), 32 from linked_case_event
    union all select person_id, year(decided_on), 32 from linked_decision
    union all select person_id, year(submitted_on), 32 from linked_citizenship
    union all select person_id, unnest(range(year(greatest(coalesce(from_on, $observed_from), $observed_from)), year(least(coalesce(to_on, $observed_until), $observed_until)) + 1)), 64
    from registered where coalesce(to_on, date '9999-12-31') >= $observed_from and coalesce(from_on, date '0001-01-01') <= $observed_until
),
yearly as (select person_id, cast(year as integer) as year, bit_or(bit) as signs from seen where year is not null group by all),
years as (select unnest(range(year($observed_from) + 1, year($observed_until + 1))) as year),
people as (select distinct person_id from yearly)
select p.person_id, y.year, coalesce(s.signs, 0) as signs, coalesce(b.signs, 0) as before
from people p cross join years y
left join yearly s on s.person_id = p.person_id and s.year = y.year
left join yearly b on b.person_id = p.person_id and b.year = y.year - 1
left join deaths d on d.person_id = p.person_id
where (s.signs is not null or b.signs is not null) and coalesce(d.died_on > make_date(y.year, 12, 31), true)
