-- The repaired stays of drawn persons ("draw person"), with every guess made anew by lot. The lots of a stay hang on its person, its number, the draw and the seed, and on nothing else.
-- A stay that ended, or began, only because so many are missed is taken back where the lot does not fall on it. A date that no record attests is drawn from
-- its stratum, within what was seen: after the last proof of presence, before the next entry. Which ones are taken is a guess as well, so the chance falls
-- from 1 to 0 around the last place taken, over half as many places as are taken. Without lots (`$by_lot` false) every guess stands as in force.
with placed as (
    select s.*, cast(split_part(s.person_id, ' ', 1) as integer) as draw, split_part(s.person_id, ' ', 2) as base,
           lag(s.left_on) over w as before_on, lead(s.entered_on) over w as after_on,
           cast(concat('0x', left(md5(concat_ws(' ', $seed, s.person_id, s.spell_no, 'whether')), 8)) as bigint) / 4294967296.0 as whether,
           cast(concat('0x', left(md5(concat_ws(' ', $seed, s.person_id, s.spell_no, 'when')), 8)) as bigint) / 4294967296.0 as when_,
           exists (select 1 from settled r where r.person_id = s.person_id and coalesce(s.entered_on, s.left_on) between r.from_on and r.to_on) as lives_here
    from spells s window w as (partition by s.person_id order by s.spell_no)
),
guessed as (
    select p.*, case when p.closed_by = 'presumed_left' then 'left' when p.entry_imputed and p.spell_no = 1 then 'came' end as what
    from placed p where p.entry_imputed or p.exit_imputed
),
proof as (
    select g.person_id, g.spell_no, min(p.seen_on) as first_seen_on, max(p.seen_on) as last_seen_on, max(p.left_on) as said_left_on, max(p.arrived_on) as said_arrived_on
    from guessed g join proofs p on p.person_id = g.person_id and p.seen_on between coalesce(g.before_on, date '0001-01-01') and coalesce(g.after_on, date '9999-12-31')
    group by all
),
by_lot as (
    select g.person_id, g.spell_no, g.what, case when g.what is null then true when not $by_lot then coalesce(o.taken, r.typical <= r.wanted, true)
                                        else coalesce(g.whether < 1 / (1 + exp(least((coalesce(o.place, r.typical) - r.wanted - 0.5) / greatest(r.wanted / 2, 1), 50))), true) end as taken,
           g.left_on, g.entered_on, g.before_on, g.after_on, g.lives_here, g.closed_by, g.entry_imputed, g.exit_imputed, p.first_seen_on, p.last_seen_on, p.said_left_on, p.said_arrived_on,
           coalesce(d.stays, e.stays)[1 + cast(floor(g.when_ * 39) as integer)] as stay_days, e.absences[1 + cast(floor(g.when_ * 39) as integer)] as away_days
    from guessed g
    left join proof p using (person_id, spell_no)
    left join open_ends o on o.person_id = g.base and o.spell_no = g.spell_no and o.what = g.what
    left join claims c on c.person_id = g.person_id
    left join missed_drawn r on r.draw = g.draw and r.what = g.what and r.claim = coalesce(o.claim, c.claim, 'none')
    left join donors d on d.lives_here = g.lives_here and d.purpose = coalesce(g.purpose, 'unknown')
    left join donors e on e.lives_here = g.lives_here and e.purpose is null
),
dated as (
    select *,
           case when not taken and what = 'came' then null
                when $by_lot and entry_imputed and said_arrived_on is null and stay_days is not null
                    then greatest(case when lives_here and before_on is not null then least(before_on + cast(away_days as integer), coalesce(first_seen_on, left_on), left_on)
                                       else least(left_on - cast(stay_days as integer), coalesce(first_seen_on, left_on)) end, coalesce(before_on, date '0001-01-01'))
                else entered_on end as drawn_in_on,
           case when not taken and what = 'left' then null
                when $by_lot and closed_by = 'missing_exit' and exit_imputed and said_left_on is null and stay_days is not null
                    then least(greatest(case when lives_here then after_on - cast(away_days as integer) else entered_on + cast(stay_days as integer) end, coalesce(last_seen_on, entered_on), entered_on), after_on)
                else left_on end as drawn_out_on
    from by_lot
)
select s.* replace (
           case when d.person_id is null then s.entered_on else cast(d.drawn_in_on as date) end as entered_on,
           case when d.person_id is null then s.left_on else cast(d.drawn_out_on as date) end as left_on,
           case when not d.taken and d.what = 'left' then 'censored' else s.closed_by end as closed_by,
           s.entry_imputed and coalesce(d.drawn_in_on is not null, true) as entry_imputed,
           s.exit_imputed and coalesce(d.drawn_out_on is not null, true) as exit_imputed)
from spells s left join dated d using (person_id, spell_no)
