-- One row per node: what its records say most often; ties go to the smaller value. Reads `prepared` and `node_of`.
create or replace temp table nodes as
with seen as (select n.node, p.* from prepared p join node_of n using (rid)),
best_name as (      -- a whole name is better than a part of one; then the most frequent; then the longest
    select node, written, surname, given, patronymic, parts, surname_key, given_key
    from (select node, surname, given, min(written) as written, max(patronymic) as patronymic, min(parts) as parts, min(surname_key) as surname_key, min(given_key) as given_key, count(*) as times
          from seen where parts is not null group by node, surname, given)
    qualify row_number() over (partition by node order by (surname is not null and given is not null) desc, times desc, length(parts) desc, surname, given) = 1
),
best_birth as (     -- a whole date is better than a partial one, and a real day than the first of January
    select node, birth_date from (select node, birth_date, count(*) as times from seen where birth_date is not null group by all)
    qualify row_number() over (partition by node order by length(birth_date) desc, birth_date like '%-01-01', times desc, birth_date) = 1
),
best_sex as (select node, sex from (select node, sex, count(*) as times from seen where sex is not null group by all) qualify row_number() over (partition by node order by times desc, sex) = 1),
best_citizenship as (
    select node, citizenship from (select node, citizenship, count(*) as times from seen where citizenship is not null group by all)
    qualify row_number() over (partition by node order by times desc, citizenship) = 1
),
best_country as (
    select node, birth_country from (select node, birth_country, count(*) as times from seen where birth_country is not null group by all)
    qualify row_number() over (partition by node order by times desc, birth_country) = 1
),
numbers as (
    select node, count(*) as records, min(rid) as first_rid, list(distinct personal_no order by personal_no) filter (personal_no is not null) as personal_nos,
           list(distinct doc_no order by doc_no) filter (doc_no is not null) as doc_nos
    from seen group by node
)
select b.node, b.records, b.first_rid, b.personal_nos, b.doc_nos, n.written, n.surname, n.given, n.patronymic, n.parts, n.surname_key, n.given_key,
       d.birth_date, cast(left(d.birth_date, 4) as integer) as birth_year, s.sex, c.citizenship, y.birth_country
from numbers b
left join best_name n using (node)
left join best_birth d using (node)
left join best_sex s using (node)
left join best_citizenship c using (node)
left join best_country y using (node)
order by b.node
