-- One row per residence permit that was given and is not a mere replacement, with the one its holder had before. `first_permit`: none was
-- valid in the six months before it began (the gap rule of European permit statistics). `held_until_on`: the first day on which it is no
-- longer the holder's newest. `months` is the validity given, from its first day, with one day's grace: a year written as 365 days
-- over a leap day is a year.
with given as (
    select
        l.person_id, l.level, p.record_id, p.kind as status, p.action, p.ground, p.reason, p.region, p.occupation, p.education, p.decided_on, p.valid_from_on,
        coalesce(p.valid_to_on, date '9999-12-31') as valid_to_on
    from permit as p join links as l on l.record_id = p.record_id
    where p.decision in ('granted', 'cancelled', 'expired') and coalesce(p.action, 'issue') in ('issue', 'extend') and p.valid_from_on is not null
),
ordered as (
    select
        *,
        max(valid_to_on) over before as covered_until_on,
        lag(reason) over w as previous_reason, lag(ground) over w as previous_ground,
        lead(valid_from_on) over w as next_from_on
    from given
    window w as (partition by person_id order by valid_from_on, valid_to_on, record_id),
        before as (partition by person_id order by valid_from_on, valid_to_on, record_id rows between unbounded preceding and 1 preceding)
)
select
    o.person_id, o.record_id, o.status, o.action, o.ground, o.reason, o.previous_reason, o.previous_ground, o.region, o.occupation, o.education, o.decided_on, o.valid_from_on, o.valid_to_on,
    coalesce(o.covered_until_on < o.valid_from_on - interval 6 month, o.covered_until_on is null) as first_permit,
    o.covered_until_on >= o.valid_from_on - interval 6 month and o.previous_reason <> o.reason as changed_reason,
    least(coalesce(o.next_from_on, date '9999-12-31'), case when o.valid_to_on >= date '9999-12-31' then o.valid_to_on else cast(o.valid_to_on + 1 as date) end) as held_until_on,
    case when o.valid_to_on < date '9999-12-31' then datesub('month', o.valid_from_on, cast(o.valid_to_on + 2 as date)) end as months,
    p.sex, p.birth_year, p.birth_month, p.birth_country,
    false as imputed, o.level = 'alone' as unlinked
from ordered as o
left join persons as p on p.person_id = o.person_id
