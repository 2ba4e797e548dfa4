-- What each pair showed and what became of it: pairs of the model, of the name and birth key, and of decisions. Reads `nodes`, `blocked`, `scored_pairs`,
-- `keyed_pairs` (a, b), `decided_pairs` (a, b, answer), `cut_pairs` (a, b, reason), `stands_for` (node, record_id, person_id). Levels: an expression a comparison.
create or replace temp table evidence as
with found as (
    select a, b, min(block) as block, any_value(probability) as probability, any_value(match_weight) as match_weight, bool_or(keyed) as keyed
    from (
        select a, b, block, probability, match_weight, false as keyed from scored_pairs
        union all select a, b, null, null, null, true from keyed_pairs
        union all select a, b, null, null, null, false from decided_pairs
    ) group by a, b
),
compared as (
    select f.*, c.reason as cut, d.answer,
           $levels
    from found f
    join (select columns('(.+)') as "\1_l" from blocked) on node_l = f.a
    join (select columns('(.+)') as "\1_r" from blocked) on node_r = f.b
    left join cut_pairs c on c.a = f.a and c.b = f.b
    left join decided_pairs d on d.a = f.a and d.b = f.b
)
select least(l.record_id, r.record_id) as record_a, greatest(l.record_id, r.record_id) as record_b,
       case when l.record_id < r.record_id then l.person_id else r.person_id end as person_a,
       case when l.record_id < r.record_id then r.person_id else l.person_id end as person_b,
       case when keyed then 'name_birth' else coalesce(block, 'decision') end as block,
       probability, match_weight, name, birth, sex, origin, patronymic, answer as decision,
       case when l.person_id = r.person_id then 'joined' when cut is not null or answer = 'different' then 'refused' else 'below_threshold' end as outcome,
       case when l.person_id = r.person_id and answer = 'same' then 'decision'
            when l.person_id = r.person_id and keyed then 'same name and birth'
            when l.person_id = r.person_id and coalesce(probability, 0) < $threshold then 'through other records'
            when l.person_id = r.person_id then null
            when cut is not null then cut
            when answer = 'different' then 'decision' end as reason
from compared f
join stands_for l on l.node = f.a
join stands_for r on r.node = f.b
order by record_a, record_b
