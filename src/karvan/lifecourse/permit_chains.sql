-- Permits and protection of foreigners, joined where one prolongs the other. A chain begins with the stay in which its first permit was
-- given (`unseen`: that was not seen, and the usual wait is to be added), and ends with the last departure, if it ran out while its holder was abroad.
with rights as (
    select s.person_id, s.status, s.record_id, s.from_on, coalesce(s.to_on, date '9999-12-31') as to_on, coalesce(p.action in ('extend', 'replace'), false) as prolongs, p.applied_on,
           max(coalesce(s.to_on, date '9999-12-31')) over (partition by s.person_id order by s.from_on, s.record_id rows between unbounded preceding and 1 preceding) as reached
    from status_records s left join linked_permit p using (record_id)
    where s.status in ('temporary', 'permanent', 'refugee') and s.from_on is not null and coalesce(s.to_on, date '9999-12-31') >= s.from_on
),
numbered as (              -- an extension says itself that there was a permit before it; so does one asked for while the last still ran, however late it came
    select *, sum(case when reached is null or from_on > reached + 1 + case when prolongs or coalesce(applied_on <= reached, false) then $extension_days else $bridge_days end then 1 else 0 end)
              over (partition by person_id order by from_on, record_id rows unbounded preceding) as island
    from rights
),
chains as (
    select person_id, min(from_on) as given_on, max(to_on) as to_on, min_by(record_id, (from_on, record_id)) as record_id,
           min_by(prolongs, (from_on, record_id)) as prolongs, bool_or(status = 'refugee') as protected
    from numbered
    group by person_id, island
),
begun as (
    select c.person_id, c.given_on, c.to_on, c.record_id, c.prolongs, c.protected, max(s.entered_on) as entered_on
    from chains c
    left join spells s on s.person_id = c.person_id and s.entered_on <= c.given_on and coalesce(s.left_on, date '9999-12-31') > c.given_on
    group by all
),
last_stay as (
    select b.person_id, b.given_on, max_by(s.left_on, s.spell_no) as left_on
    from begun b join spells s on s.person_id = b.person_id and coalesce(s.entered_on, s.left_on) <= b.to_on
    group by b.person_id, b.given_on
    having max_by(coalesce(s.left_on, date '9999-12-31'), s.spell_no) <= max(b.to_on)
)
select b.person_id, coalesce(b.entered_on, b.given_on) as from_on,
       b.given_on - b.entered_on as wait_days, b.entered_on is null and not b.prolongs as unseen,
       b.to_on as valid_to_on, b.record_id, b.prolongs, b.protected,
       case when b.to_on > $observed_until then date '9999-12-31' else coalesce(l.left_on, cast(b.to_on + 1 as date)) end as to_on,
       b.to_on <= $observed_until and l.left_on is not null as left_before
from begun b left join last_stay l using (person_id, given_on)
