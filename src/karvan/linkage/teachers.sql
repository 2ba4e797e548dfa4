-- Records that a number proves to be of one person although another document, or else another feed, wrote them: what they show is how often
-- the truth disagrees with itself. People of several documents teach first, one record per document; then people of one document, one record
-- per feed. A sample of nodes by hash. Reads `prepared` and `node_of`; $seed, $nodes.
create or replace temp table teachers as
with taught as (
    select node, count(distinct document) > 1 as several from prepared join node_of using (rid)
    group by node having count(distinct document) > 1 or count(distinct feed) > 1
    order by several desc, hash(node, $seed), node limit $nodes
)
select p.rid as node, n.node as person, p.surname, p.given, p.patronymic, p.parts, p.surname_key, p.given_key, p.birth_date, p.birth_year, birth_pair(p.birth_date) as birth_pair,
       p.sex, p.citizenship, p.birth_country,
       null::varchar as name_at_home, null::varchar as block_birth, null::varchar as block_names_year, null::varchar as block_surname_year, null::varchar as block_given_year, null::varchar as block_names
from prepared p join node_of n using (rid) join taught t on t.node = n.node
qualify row_number() over (partition by n.node, case when t.several then coalesce(p.document, p.feed) else p.feed end order by hash(p.record_id), p.rid) = 1
order by p.rid
