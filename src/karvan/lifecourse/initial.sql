-- What is known before each person's first crossing, and where the rule itself has to find out.
--
-- First seen going out: they were inside. Of the register, or taken off it just before they left: resident. With a permit that prolongs an earlier one: resident.
-- A national whom a register does not know lives abroad, and came in unseen: not resident. Others get an arrival as a `seed`: with another permit, on the earliest day on
-- which a record saw them inside or the permit's likely beginning; else on the day that a record names (`begun`); else as long before the first day of the data as
-- their departure was after it (the best guess for a stay that one day cuts at random). The rule decides it like any arrival.
-- First seen coming in: they were outside. If the register or a permit says that they live here, and no record saw them inside since, they get a
-- departure as a seed, as long before the first day as their return was after it. The rule decides: whoever was away for 365 of 487 days was not resident, whatever a
-- register says. Everyone else was not.
with first_move as (
    select person_id, min(crossed_on) as first_on, arg_min(direction, (spell_no, side)) as direction from moves group by person_id
),
by_list as (
    select f.person_id, min(r.from_on) as since_on, min_by(r.record_id, (r.from_on, r.record_id)) as record_id
    from first_move f join registered r on r.person_id = f.person_id and r.from_on < f.first_on and r.to_on >= f.first_on - case when f.direction = 'out' then $leaving_days else 0 end
    group by f.person_id
),
by_permit as (
    select f.person_id, min(c.from_on) as since_on, min(cast(c.from_on - case when c.unseen then cast(u.days as integer) else 0 end as date)) as likely_from_on, min_by(c.record_id, (c.from_on, c.record_id)) as record_id,
           min_by(c.prolongs, (c.from_on, c.record_id)) as prolongs, bool_or(c.from_on <= $observed_from) as from_the_first_day
    from first_move f
    cross join usual_wait u
    join permit_chains c on c.person_id = f.person_id and c.from_on < f.first_on and c.valid_to_on >= $observed_from and c.valid_to_on + 365 >= f.first_on
    group by f.person_id
),
inside as (
    select f.person_id, min(coalesce(p.arrived_on, p.seen_on)) as seen_on, bool_or(p.seen_on >= $observed_from and p.seen_on < f.first_on - 31) as since_then
    from first_move f join proofs p on p.person_id = f.person_id and p.seen_on < f.first_on and p.seen_on >= $observed_from
    group by f.person_id
),
-- Of a stay whose arrival nobody saw: the day on which an asylum request or a registration says that they had come, and since when they had a visa, which is given to people abroad.
begun as (
    select f.person_id, max(e.came_on) as came_on, max(e.visa_on) as visa_on
    from first_move f
    join (
        select person_id, arrived_on as came_on, null as visa_on from proofs where arrived_on is not null
        union all
        select person_id, case when status = 'asylum_seeker' then from_on end, case when status = 'visa' then from_on end
        from status_records where status in ('asylum_seeker', 'visa')
    ) e on e.person_id = f.person_id and coalesce(e.came_on, e.visa_on) <= f.first_on
    group by f.person_id
),
-- A national who comes back from tourism or a treatment was on a journey, and its departure was missed: no absence since before the data is asked about.
on_journey as (
    select f.person_id from first_move f join spells s using (person_id) join foreigners z using (person_id)
    where f.direction = 'in' and s.entered_on = f.first_on and not s.entry_imputed and not z.foreigner and list_contains($journeys, s.purpose)
),
away as (select distinct f.person_id from first_move f join linked_resident r on r.person_id = f.person_id and r.since_on is null and r.until_on <= f.first_on),
known as (
    select f.person_id, f.first_on, f.direction, l.person_id is not null as listed, p.person_id is not null as permitted,
           coalesce(p.prolongs, false) as prolongs, coalesce(p.from_the_first_day, false) as from_the_first_day, p.likely_from_on,
           cast($observed_from - cast(f.first_on - $observed_from as integer) as date) as mirrored_on, b.came_on, b.visa_on,
           i.seen_on, coalesce(i.since_then, false) as seen_inside, a.person_id is not null as moved_away,
           z.foreigner, z.foreigner is not null and (z.foreigner or $register) as stranger,
           case when p.prolongs and p.since_on <= coalesce(l.since_on, date '9999-12-31') then null        -- since before the permit that was prolonged
                else nullif(least(l.since_on, p.since_on), date '0001-01-01') end as since_on,
           coalesce(l.record_id, p.record_id) as record_id
    from first_move f
    left join by_list l using (person_id)
    left join by_permit p using (person_id)
    left join inside i using (person_id)
    left join begun b using (person_id)
    left join away a using (person_id)
    left join foreigners z using (person_id)
),
judged as (
    select *,
           direction = 'in' and not seen_inside and first_on > $observed_from and person_id not in (select person_id from on_journey)
               and (listed and coalesce(since_on, $observed_from) <= $observed_from or not listed and from_the_first_day) as ask_departure,
           direction = 'out' and not listed and not (permitted and prolongs) and (permitted or foreigner) and first_on > $observed_from as ask_arrival
    from known
)
select person_id, listed or permitted as by_record, record_id,
       case when ask_arrival and not permitted then null when ask_arrival then least(likely_from_on, seen_on) else since_on end as since_on,
       case when direction = 'out' and (listed or permitted and prolongs) then true
            when direction = 'in' and (listed or from_the_first_day) then true
            when moved_away or stranger or permitted then false
       end as resident,
       case when ask_departure then mirrored_on
            when ask_arrival and permitted then least(likely_from_on, seen_on)
            when ask_arrival then greatest(coalesce(came_on, mirrored_on), visa_on)
       end as seed_on,
       case when ask_departure then 'out' when ask_arrival then 'in' end as seed_direction
from judged
