-- Each record's person and the strongest key that it shares with another record of that person. Reads `prepared`, `linked` (rid, person_id, node, joined, probability).
with seen as (
    select l.*, p.record_id, p.document, p.register_key, p.personal_no from linked l join prepared p using (rid)
),
persons as (select person_id, count(*) as records from linked group by 1),
nodes as (select person_id, node from linked group by 1, 2 having count(*) > 1),
with_personal as (select person_id, personal_no from seen where personal_no is not null group by 1, 2 having count(*) > 1),
with_register as (select person_id, register_key from seen where register_key is not null group by 1, 2 having count(*) > 1),
with_document as (select person_id, document from seen where document is not null group by 1, 2 having count(*) > 1)
select s.record_id, s.person_id,
       case when c.records = 1 then 'alone'
            when p.personal_no is not null then 'personal_no'
            when r.register_key is not null then 'register_no'
            when d.document is not null then 'document'
            when n.node is not null then 'document'         -- numbers read alike (O for 0), with the same birth date
            else s.joined end as level,
       case when c.records = 1 then 1.0 else s.probability end as probability
from seen s
join persons c using (person_id)
left join nodes n on n.person_id = s.person_id and n.node = s.node
left join with_personal p on p.person_id = s.person_id and p.personal_no = s.personal_no
left join with_register r on r.person_id = s.person_id and r.register_key = s.register_key
left join with_document d on d.person_id = s.person_id and d.document = s.document
order by s.record_id
