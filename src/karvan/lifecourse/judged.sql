-- Stays of which an end is missing, with what may be put in: by evidence first, and by the median of the stratum last. What is chosen is said in repair.sql.
-- `foreigner` is null where nobody knows the citizenship: nothing is put in or closed for them on the ground of being a stranger.
with neighbours as (
    select *, lag(left_on) over w as before_on, lead(entered_on) over w as after_on
    from raw_spells window w as (partition by person_id order by spell_no)
),
broken as (
    select n.*, coalesce(entered_on, before_on, $observed_from) as lower_on,
           case when closed_by = 'missing_exit' then after_on when entered_on is null then left_on else $observed_until end as upper_on,
           exists (select 1 from settled s where s.person_id = n.person_id and coalesce(n.entered_on, n.left_on) between s.from_on and s.to_on) as lives_here
    from neighbours n
    where closed_by = 'missing_exit' or entered_on is null or closed_by = 'censored'
),
proof as (                 -- days on which a record saw the person inside, and days that it says the person came or left
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
typical as (
    select b.person_id, b.spell_no, coalesce(m3.days, m2.days, m1.days, m0.days, 14) as stay_days, coalesce(a.days, 14) as away_days
    from (select * replace (coalesce(citizenship, 'unknown') as citizenship, coalesce(mode, 'unknown') as mode, coalesce(purpose, 'unknown') as purpose) from broken) b
    left join medians m3 on m3.lives_here = b.lives_here and m3.citizenship = b.citizenship and m3.mode = b.mode and m3.purpose = b.purpose and m3.month = month(coalesce(b.entered_on, b.left_on))
    left join medians m2 on m2.lives_here = b.lives_here and m2.citizenship = b.citizenship and m2.mode is null and m2.purpose = b.purpose and m2.month is null
    left join medians m1 on m1.lives_here = b.lives_here and m1.citizenship is null and m1.mode is null and m1.purpose = b.purpose and m1.month is null
    left join medians m0 on m0.lives_here = b.lives_here and m0.citizenship is null and m0.mode is null and m0.purpose is null and m0.month is null
    left join absences a on a.lives_here = b.lives_here
),
guessed as (
    select b.*, p.first_seen_on, p.last_seen_on, l.until_on, t.stay_days,
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
    left join typical t using (person_id, spell_no)
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
