-- Merges and splits between the links of the run before (`links`) and those of this run (`new_links`). Reads `touched` (record_id, undoes): records of decisions
-- that are new since then. $commit: number of the commit before; $changed: whether identities have changed; $happened_on: a day or null.
create or replace temp table new_person_events as
with moved as (
    select o.person_id as was, n.person_id as is_now, count(*) as records, bool_or(t.record_id is not null) as decided, max(t.undoes) as undoes
    from links o join new_links n using (record_id) left join touched t using (record_id) group by all
),
found as (
    select 'merge' as kind, is_now as around, list(was order by was) as from_ids, [is_now] as to_ids, sum(records) filter (was <> is_now) as records, bool_or(decided) as decided, max(undoes) as undoes
    from moved group by is_now having count(*) > 1
    union all
    select 'split', was, [was], list(is_now order by is_now), sum(records) filter (was <> is_now), bool_or(decided), max(undoes)
    from moved group by was having count(*) > 1
)
select 'E' || upper(left(sha256(kind || around || from_ids::varchar || to_ids::varchar || '$commit'), 12)) as event_id,
       cast($happened_on as date) as happened_on, kind, cast(to_json(from_ids) as varchar) as from_ids, cast(to_json(to_ids) as varchar) as to_ids,
       cast(coalesce(records, 0) as bigint) as records, case when decided then 'decision' when $changed then 'records' else 'method' end as cause,
       nullif(undoes, '') as undoes, cast($commit as bigint) as commit_before
from found
order by event_id
