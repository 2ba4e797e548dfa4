-- What each pair showed: pairs of the model, of the name and birth key, and of decisions, by the records that stand for their nodes. Reads `blocked`, `scored_pairs`,
-- `keyed_pairs` (a, b), `decided_pairs` (a, b), `stands_for` (node, record_id). Levels: an expression a comparison.
create or replace temp table compared as
with found as (
    select a, b, min(block) as block, any_value(probability) as probability, any_value(match_weight) as match_weight, any_value(name_score) as name_score, bool_or(keyed) as keyed
    from (
        select a, b, block, probability, match_weight, name_score, false as keyed from scored_pairs
        union all select a, b, null, null, null, null, true from keyed_pairs
        union all select a, b, null, null, null, null, false from decided_pairs
    ) group by a, b
)
select least(l.record_id, r.record_id) as record_a, greatest(l.record_id, r.record_id) as record_b,
       case when keyed then 'name_birth' else coalesce(block, 'decision') end as block, probability, match_weight, name_score,
       $levels
from found f
join (select columns('(.+)') as "\1_l" from blocked) on node_l = f.a
join (select columns('(.+)') as "\1_r" from blocked) on node_r = f.b
join stands_for l on l.node = f.a
join stands_for r on r.node = f.b
order by record_a, record_b
