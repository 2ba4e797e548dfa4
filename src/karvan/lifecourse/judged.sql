-- Stays of which an end is missing, with what may be put in: by evidence first, and by the median of the stratum last. What is chosen is said in repair.sql.
-- `foreigner` is null where nobody knows the citizenship: nothing is put in or closed for them on the ground of being a stranger.
with proof as (                 -- days on which a record saw the person inside, and days that it says the person came or left
    select b.person_id, b.spell_no, min(p.seen_on) as first_seen_on, max(p.seen_on) as last_seen_on, max(p.left_on) as said_left_on, max(p.arrived_on) as said_arrived_on
    from broken b join proofs p on p.person_id = b.person_id and p.seen_on >= b.lower_on and p.seen_on <= b.upper_on
    group by b.person_id, b.spell_no
),
lawful as (                -- last lawful day of the stay, by any status that covers its beginning or begins in its first year; of an open stay, whatever is given inside
    select b.person_id, b.spell_no,
           max(coalesce(s.to_on, date '9999-12-31')) as until_on,
           max(case when s.status = 'registered_stay' then s.to_on end) as registered_until_on
    from broken b join status_records s on s.person_id = b.person_id
     and coalesce(s.from_on, date '0001-01-01') <= case when b.closed_by = 'censored' and s.status <> 'visa' then b.upper_on else least(b.upper_on, b.lower_on + 365) end and coalesce(s.to_on, date '9999-12-31') >= b.lower_on
    where b.entered_on is not null and s.status <> 'citizen'
    group by b.person_id, b.spell_no
),
guessed as (
    select b.*, p.first_seen_on, p.last_seen_on, l.until_on, l.registered_until_on, t.stay_days, t.away_days,
           case when b.entered_on is null then coalesce(p.said_arrived_on,
                    case when b.lives_here and b.before_on is not null then b.before_on + cast(t.away_days as integer) else b.left_on - cast(t.stay_days as integer) end)
           end as guess_in_on,
           case when b.closed_by = 'missing_exit' then coalesce(p.said_left_on,
                    case when b.lives_here then b.after_on - cast(t.away_days as integer)
                         when l.registered_until_on <= b.after_on then l.registered_until_on
                         else least(b.entered_on + cast(t.stay_days as integer), coalesce(l.until_on, date '9999-12-31')) end)
           end as guess_out_on
    from broken b
    left join proof p using (person_id, spell_no)
    left join lawful l using (person_id, spell_no)
    left join typical t on t.lives_here = b.lives_here and t.citizenship = coalesce(b.citizenship, 'unknown') and t.mode = coalesce(b.mode, 'unknown')
     and t.purpose = coalesce(b.purpose, 'unknown') and t.month = month(coalesce(b.entered_on, b.left_on))
)
select g.*, f.foreigner, d.died_on,
       g.closed_by = 'censored' and g.until_on is distinct from date '9999-12-31' and f.foreigner is not null
           and not exists (select 1 from registered r where r.person_id = g.person_id and r.to_on >= $observed_until)
           and coalesce(d.died_on > $observed_until, true) as may_end,
       cast(greatest(coalesce(g.until_on, g.entered_on + case when f.foreigner then $visa_free_days else cast(g.stay_days as integer) end),
                     coalesce(g.last_seen_on, g.entered_on)) as date) as due_on
from guessed g
left join foreigners f using (person_id)
left join deaths d using (person_id)
