-- Missing ends of stays put in: what `judged` found, and the ends of the candidates that are taken. Every end put in is flagged.
with mended as (
    select j.person_id, j.spell_no,
           case when entered_on is not null then entered_on
                when before_on is null and u.person_id is null then null
                else greatest(least(cast(guess_in_on as date), coalesce(first_seen_on, left_on), left_on), coalesce(before_on, date '0001-01-01')) end as entered_on,
           case when closed_by = 'missing_exit' then least(greatest(cast(guess_out_on as date), coalesce(last_seen_on, entered_on), entered_on), after_on)
                when closed_by = 'censored' and died_on <= $observed_until then greatest(died_on, entered_on)
                when p.person_id is not null then greatest(due_on, entered_on)
                else left_on end as left_on,
           case when closed_by = 'censored' and died_on <= $observed_until then 'death'
                when p.person_id is not null then 'presumed_left'
                else closed_by end as closed_by
    from judged j
    left join taken p on p.what = 'exit' and p.person_id = j.person_id and p.spell_no = j.spell_no
    left join taken u on u.what = 'entry' and u.person_id = j.person_id and u.spell_no = j.spell_no
)
select r.* replace (
           case when m.person_id is null then r.entered_on else m.entered_on end as entered_on,
           case when m.person_id is null then r.left_on else m.left_on end as left_on,
           coalesce(m.closed_by, r.closed_by) as closed_by,
           r.entered_on is null and m.entered_on is not null as entry_imputed,
           m.person_id is not null and r.left_on is null and m.left_on is not null and m.closed_by <> 'death' as exit_imputed
       )
from raw_spells r left join mended m using (person_id, spell_no)
