-- Each record's person and the strongest key that it shares with another record of that person. Reads `prepared`, `linked` (rid, person_id, node, joined, probability).
with seen as (
    select l.*, p.record_id, p.document, p.register_key, p.personal_no from linked l join prepared p using (rid)
),
shared as (
    select *,
           count(*) over (partition by person_id) as of_person,
           count(*) over (partition by person_id, node) as of_node,
           count(*) over (partition by person_id, personal_no) as with_personal,
           count(*) over (partition by person_id, register_key) as with_register,
           count(*) over (partition by person_id, document) as with_document
    from seen
)
select record_id, person_id,
       case when of_person = 1 then 'alone'
            when personal_no is not null and with_personal > 1 then 'personal_no'
            when register_key is not null and with_register > 1 then 'register_no'
            when document is not null and with_document > 1 then 'document'
            when of_node > 1 then 'document'         -- numbers read alike (O for 0), with the same birth date
            else joined end as level,
       case when of_person = 1 then 1.0 else probability end as probability
from shared
order by record_id
