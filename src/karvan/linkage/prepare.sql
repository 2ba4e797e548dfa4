-- Identities in comparable form: one row per record, in the order of record_id. Reads `identities` and `name_forms`.
create or replace temp table prepared as
with read as (
    select record_id, observed_on, feed, delivery_id,
           regexp_replace(feed, '\.[^.]*$', '') as office,
           nullif(sex, 'X') as sex, citizenship, birth_country,
           case when regexp_full_match(birth_date, '[0-9]{4}(-[0-9]{2}(-([0-9]{2}|[A-Za-z]{2}))?)?') then birth_date end as birth_date,
           nullif(regexp_replace(upper(doc_no), '[^\p{L}\p{N}]', '', 'g'), '') as doc_no,
           coalesce(doc_issuer, citizenship, '') as doc_issuer,
           nullif(regexp_replace(upper(personal_no), '[^\p{L}\p{N}]', '', 'g'), '') as personal_no,
           nullif(regexp_replace(upper(register_no), '\s', '', 'g'), '') as register_no,
           family_no, region,
           hash(coalesce(surname, ''), coalesce(given_names, ''), coalesce(patronymic, ''), case when surname is null and given_names is null then coalesce(full_name, '') else '' end) as name_hash
    from $identities
), keyed as (
    select r.* exclude (name_hash, doc_no, personal_no, delivery_id),
           -- a placeholder is no key: 0000000, XXXX, 9999999
           case when length(doc_no) >= 4 and replace(doc_no, left(doc_no, 1), '') <> '' then doc_no end as doc_no,
           case when length(personal_no) >= 4 and replace(personal_no, left(personal_no, 1), '') <> '' then $personal end as personal_no,
           cast(left(birth_date, 4) as integer) as birth_year,
           -- of what a person has one in a source, with the source before it
           case when $one_number then 'two numbers in one register ' || office || chr(31) || register_no when $one_record then 'two records in one delivery ' || delivery_id || chr(31) || record_id end as own,
           n.written, n.surname, n.given, n.patronymic, n.parts, n.surname_key, n.given_key
    from read r left join name_forms n using (name_hash)
)
select row_number() over (order by record_id) - 1 as rid, *, $document as document, $register as register_key,
       case when coalesce(doc_no, personal_no, register_no) is null then hash(record_id)       -- nothing to share: a profile of its own
            else hash(doc_issuer, doc_no, personal_no, office, register_no, sex, birth_year, given, surname) end as profile
from keyed
