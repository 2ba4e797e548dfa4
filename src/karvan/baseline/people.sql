-- Who stands in which source: records by the key that linked them, and people by the set of feeds that know them.
-- {records} is the union of record tables that speak of people: feed, record_id.
with records as ({records}),
linked as (select r.feed, l.person_id, l.level from records as r join links as l using (record_id)),
by_level as (select feed, level, count(*) as n from linked group by feed, level),
sets as (select list_sort(list(distinct feed)) as feeds from linked group by person_id)
select 'level' as what, [feed, level] as named, n from by_level
union all select 'people', feeds, count(*) from sets group by feeds
