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
    select h.person_id, h.citizenship, coalesce(g.gained_on, date '0001-01-01') as from_on,
           case when u.given_up_on > coalesce(g.gained_on, date '0001-01-01') then cast(u.given_up_on - 1 as date) else date '9999-12-31' end as to_on,
           row_number() over (partition by h.person_id order by h.citizenship = $national desc, b.times desc nulls last, h.citizenship) as place,
           count(*) over (partition by h.person_id) as held_in_all
    from held h
    left join gained g using (person_id, citizenship)
    left join given_up u using (person_id, citizenship)
    left join believed b using (person_id, citizenship)
),
cuts as (                  -- only people with more than one need cutting: on each day one of theirs counts
    select person_id, from_on as cut_on from dated where held_in_all > 1
    union
    select person_id, cast(to_on + 1 as date) from dated where held_in_all > 1 and to_on < date '9999-12-31'
),
pieces as (
    select person_id, cut_on as from_on, coalesce(cast(lead(cut_on) over (partition by person_id order by cut_on) - 1 as date), date '9999-12-31') as to_on
    from cuts
),
judged as (
    select p.person_id, d.citizenship, p.from_on, p.to_on,
           row_number() over (partition by p.person_id, p.from_on order by d.place) = 1 as counted
    from pieces p
    join dated d on d.person_id = p.person_id and d.from_on <= p.from_on and d.to_on >= p.to_on
),
marked as (
    select *, coalesce(lag(to_on) over w + 1 = from_on and lag(counted) over w = counted, false) as goes_on
    from judged window w as (partition by person_id, citizenship order by from_on)
),
numbered as (
    select *, sum(case when goes_on then 0 else 1 end) over (partition by person_id, citizenship order by from_on rows unbounded preceding) as island from marked
)
select person_id, citizenship, nullif(from_on, date '0001-01-01') as from_on, nullif(to_on, date '9999-12-31') as to_on, true as counted
from dated where held_in_all = 1
union all
select person_id, citizenship, nullif(min(from_on), date '0001-01-01'), nullif(max(to_on), date '9999-12-31'), any_value(counted)
from numbered
group by person_id, citizenship, island
