-- Citizenships over time. Files of citizenship date the changes; documents shown tell the rest.
-- A citizenship seen once among many documents is a slip of the keyboard and is not held.
with shown as (
    select person_id, citizenship, count(*) as times
    from sightings
    where citizenship is not null and citizenship <> 'XXX'        -- XXX: unspecified (ICAO 9303)
    group by person_id, citizenship
),
believed as (
    select person_id, citizenship, times
    from shown
    qualify times >= 2 and times >= 0.1 * sum(times) over (partition by person_id)
         or row_number() over (partition by person_id order by times desc, citizenship) = 1
),
changes as (
    select person_id,
           case when file_type = 'loss' then coalesce(previous_citizenship, $national) else previous_citizenship end as before,
           case when file_type = 'loss' then new_citizenship else coalesce(new_citizenship, $national) end as after,
           decided_on
    from linked_citizenship
    where decision = 'granted' and file_type in ('acquisition', 'restoration', 'loss') and decided_on is not null
),
gained as (select person_id, after as citizenship, min(decided_on) as gained_on from changes where after is not null group by all),
given_up as (select person_id, before as citizenship, max(decided_on) as given_up_on from changes where before is not null group by all),
held as (
    select person_id, citizenship from believed
    union
    select person_id, citizenship from gained
    union
    select person_id, citizenship from given_up
),
dated as (
    select h.person_id, h.citizenship, g.gained_on as from_on,
           case when u.given_up_on > coalesce(g.gained_on, date '0001-01-01') then cast(u.given_up_on - 1 as date) end as to_on,
           h.citizenship = $national as is_national, coalesce(b.times, 0) as times
    from held h
    left join gained g using (person_id, citizenship)
    left join given_up u using (person_id, citizenship)
    left join believed b using (person_id, citizenship)
),
ranked as (
    select *, row_number() over (partition by person_id order by is_national desc, times desc, citizenship) as place from dated
),
outranked as (            -- of two held at once, one counts
    select distinct r.person_id, r.citizenship
    from ranked r
    join ranked o on o.person_id = r.person_id and o.place < r.place
     and coalesce(o.from_on, date '0001-01-01') <= coalesce(r.to_on, date '9999-12-31')
     and coalesce(r.from_on, date '0001-01-01') <= coalesce(o.to_on, date '9999-12-31')
    where not (coalesce(r.from_on, date '0001-01-01') < coalesce(o.from_on, date '0001-01-01'))
)
select r.person_id, r.citizenship, r.from_on, r.to_on, o.person_id is null as counted
from ranked r
left join outranked o using (person_id, citizenship)
