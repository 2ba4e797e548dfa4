-- Each household while its composition lasts. Every membership, and every span of it with a foreign citizenship, protection or childhood, is a step
-- up on its first day and a step down after its last; the running sums between two days are the composition.
with stays as (select household_id, person_id, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on from members_made),
held as (
    select person_id, citizenship, coalesce(from_on, date '0001-01-01') as from_on,
        least(coalesce(to_on, date '9999-12-31'),
              coalesce(lead(coalesce(from_on, date '0001-01-01')) over (partition by person_id order by coalesce(from_on, date '0001-01-01'), citizenship) - 1, date '9999-12-31')) as to_on
    from citizenships where counted
),
protection as (     -- refugee and asylum seeker may follow on one day: days are counted once, as statuses never overlap by their precedence
    select person_id, coalesce(from_on, date '0001-01-01') as from_on, coalesce(to_on, date '9999-12-31') as to_on from status_spells where status in ('refugee', 'asylum_seeker')
),
youth as (select person_id, date '0001-01-01' as from_on, make_date(birth_year + $adult_age, coalesce(birth_month, 7), 15) as to_on from persons where birth_year is not null),
spans as (
    select household_id, 'persons' as what, from_on, to_on from stays
    union all
    select s.household_id, case when h.citizenship = $national then 'nationals' else 'foreigners' end, greatest(s.from_on, h.from_on), least(s.to_on, h.to_on)
    from stays s join held h on h.person_id = s.person_id and h.from_on <= s.to_on and h.to_on >= s.from_on
    union all
    select s.household_id, 'born_abroad', s.from_on, s.to_on from stays s join persons p on p.person_id = s.person_id and p.birth_country <> $national
    union all
    select s.household_id, 'protected', greatest(s.from_on, h.from_on), least(s.to_on, h.to_on)
    from stays s join protection h on h.person_id = s.person_id and h.from_on <= s.to_on and h.to_on >= s.from_on
    union all
    select s.household_id, 'children', s.from_on, least(s.to_on, h.to_on) from stays s join youth h on h.person_id = s.person_id and h.to_on >= s.from_on
),
steps as (
    select household_id, what, from_on as on_, 1 as by_ from spans
    union all
    select household_id, what, cast(to_on + 1 as date), -1 from spans where to_on < date '9999-12-31'
),
days as (
    select household_id, on_,
        sum(by_) filter (what = 'persons') as persons, sum(by_) filter (what = 'foreigners') as foreigners, sum(by_) filter (what = 'nationals') as nationals,
        sum(by_) filter (what = 'born_abroad') as born_abroad, sum(by_) filter (what = 'protected') as protected, sum(by_) filter (what = 'children') as children
    from steps group by household_id, on_
),
running as (
    select household_id, on_, lead(on_) over w as next_on,
        sum(coalesce(persons, 0)) over w as persons, sum(coalesce(foreigners, 0)) over w as foreigners, sum(coalesce(nationals, 0)) over w as nationals,
        sum(coalesce(born_abroad, 0)) over w as born_abroad, sum(coalesce(protected, 0)) over w as protected, sum(coalesce(children, 0)) over w as children
    from days window w as (partition by household_id order by on_)
),
marked as (        -- a day on which one joins and another leaves may change nothing
    select *, coalesce(lag(next_on) over w <> on_ or (persons, foreigners, nationals, born_abroad, protected, children)
        is distinct from (lag(persons) over w, lag(foreigners) over w, lag(nationals) over w, lag(born_abroad) over w, lag(protected) over w, lag(children) over w), true) as begins
    from running where persons > 0
    window w as (partition by household_id order by on_)
),
numbered as (select *, sum(cast(begins as integer)) over (partition by household_id order by on_) as time from marked),
homes as (select household_id, mode(region) as region, bool_or(reason <> 'family_record') as at_address from members_made group by household_id)
select
    household_id, nullif(min(on_), date '0001-01-01') as from_on, cast(case when count(next_on) = count(*) then max(next_on) end - 1 as date) as to_on,
    case when any_value(persons) > $largest_household then 'collective' else 'private' end as kind, case when any_value(at_address) then 'address' else 'family_record' end as known_by,
    any_value(region) as region, any_value(persons) as persons, any_value(foreigners) as foreigners, any_value(nationals) as nationals, any_value(born_abroad) as born_abroad,
    any_value(protected) as protected, any_value(children) as children
from numbered join homes using (household_id)
group by household_id, time
