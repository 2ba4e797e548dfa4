-- What became of each pair. Reads `compared`, `cut_records` (record_a, record_b, reason), `decided_records` (record_a, record_b, answer), `person_of` (record_id, person_id).
create or replace temp table evidence as
select c.record_a, c.record_b, a.person_id as person_a, b.person_id as person_b, c.block, c.probability, c.match_weight,
       c.name, c.name_score, c.birth, c.sex, c.origin, c.patronymic, c.journeys, c.family, c.address, c.birth_place, d.answer as decision,
       case when a.person_id = b.person_id then 'joined' when k.reason is not null or d.answer = 'different' then 'refused' else 'below_threshold' end as outcome,
       case when a.person_id = b.person_id then
                case when d.answer = 'same' then 'decision' when c.block = 'name_birth' then 'same name and birth'
                     when coalesce(c.probability, 0) < $threshold then 'through other records' end
            when k.reason is not null then k.reason
            when d.answer = 'different' then 'decision' end as reason
from compared c
join person_of a on a.record_id = c.record_a
join person_of b on b.record_id = c.record_b
left join cut_records k using (record_a, record_b)
left join decided_records d using (record_a, record_b)
order by c.record_a, c.record_b
