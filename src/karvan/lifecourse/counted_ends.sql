-- Ends of stays that were seen and that were missed, and people by whether they were seen leaving last and coming first, each counted by the strongest status ever held.
with ends as (
    select person_id, max_by(closed_by, spell_no) = 'exit' as left_seen, min_by(entered_on is not null, spell_no) as came_seen,
           count(*) filter (closed_by = 'exit') as exits, count(*) filter (closed_by = 'missing_exit') as exits_missed,
           count(*) filter (entered_on is not null and spell_no > 1) as entries, count(*) filter (entered_on is null and spell_no > 1) as entries_missed
    from raw_spells group by person_id
),
listed as (
    select coalesce(c.claim, 'none') as claim, unnest([
        {'what': 'exit', 'n': exits}, {'what': 'exit missed', 'n': exits_missed}, {'what': 'entry', 'n': entries}, {'what': 'entry missed', 'n': entries_missed},
        {'what': 'person', 'n': 1}, {'what': 'left', 'n': cast(left_seen as integer)}, {'what': 'came', 'n': cast(came_seen as integer)}]) as one
    from ends left join claims c using (person_id)
)
select claim, one.what as what, cast(sum(one.n) as bigint) as n from listed group by all
