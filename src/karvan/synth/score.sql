-- Every linked record beside the person it truly speaks of. A record is found in the truth by its file and row.
create or replace temp table scored as
with located as (
    {located}
),
born as (select person_no, any_value(script order by from_on nulls first) as script from truth_names group by person_no),
held as (select person_no, any_value(citizenship order by from_on, citizenship) as citizenship from truth_nationalities group by person_no)
select l.record_id, r.feed, d.file, r.row_no, l.person_id, l.level, t.person_no, coalesce(b.script, 'unknown') as script, coalesce(h.citizenship, 'unknown') as citizenship,
       coalesce(i.doc_issuer || ' ' || i.doc_no, l.record_id) as unit, i.observed_on
from links l
join located r using (record_id)
join deliveries d on d.delivery_id = r.delivery_id
join truth_record_person t on t.feed = r.feed and t.file = d.file and t.row_no = r.row_no
left join identities i using (record_id)
left join born b on b.person_no = t.person_no
left join held h on h.person_no = t.person_no;

-- One row a document (records without one stand alone): most records agree trivially because they show the same document.
create or replace temp table collapsed as
select unit, mode(person_id) as person_id, mode(person_no) as person_no, mode(script) as script, mode(citizenship) as citizenship,
       case when bool_or(level = 'alone') then 'alone' else mode(level) end as level
from scored group by unit;
