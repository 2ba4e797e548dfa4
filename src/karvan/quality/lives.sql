-- What the life course shows: ends of stays put in, and open records of people who are no longer there.
with ends as (
    select count(*) as n,
           count(*) filter (entry_imputed or exit_imputed) as put_in,
           count(*) filter (entry_imputed) as entries,
           count(*) filter (exit_imputed and closed_by = 'missing_exit') as exits,
           count(*) filter (closed_by = 'presumed_left') as presumed
    from presence_spells
),
here as (
    select distinct person_id from residence_spells
    where rule = 'UR-12/16' and coalesce(from_on, date '0001-01-01') <= $until and coalesce(to_on, date '9999-12-31') > $until
),
gone as (                  -- usually resident once, by crossings, and not any more
    select distinct person_id from residence_spells where rule = 'UR-12/16' and ended_by in ('emigration', 'death') and person_id not in (select person_id from here)
),
alive as (select distinct person_id from events where event_on > $until - 365 and event_on <= $until),
open_residents as (
    select r.feed, l.person_id, g.person_id is not null as is_gone, a.person_id is null as silent
    from resident r join links l using (record_id)
    left join gone g using (person_id) left join alive a using (person_id)
    where r.until_on is null and r.died_on is null and coalesce(r.since_on, $until) <= $until
),
open_registrations as (
    select feed, valid_until_on < $until - 365 as overdue from registration where deregistered_on is null and registered_on is not null
)
select 'QI-11' as qi, 'lifecourse' as subject, null as detail, 100.0 * put_in / nullif(n, 0) as measured, n as weight from ends
union all select 'QI-11', 'lifecourse', 'missing_entry', 100.0 * entries / nullif(n, 0), n from ends
union all select 'QI-11', 'lifecourse', 'missing_exit', 100.0 * exits / nullif(n, 0), n from ends
union all select 'QI-11', 'lifecourse', 'presumed_left', 100.0 * presumed / nullif(n, 0), n from ends
union all select 'QI-10', feed, null, 100.0 * count(*) filter (is_gone) / count(*), count(*) from open_residents group by feed
union all select 'QI-10', feed, 'no_sign_of_life_12_months', 100.0 * count(*) filter (silent) / count(*), count(*) from open_residents group by feed
union all select 'QI-10', feed, null, 100.0 * count(*) filter (overdue) / count(*), count(*) from open_registrations group by feed
