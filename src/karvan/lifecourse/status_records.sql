-- Each status that a record gives, as the record dates it: overlaps and gaps are still there.
with cancelled as (
    select person_id, permit_no, min(decided_on) as cancelled_on
    from linked_permit
    where decided_on is not null and (decision = 'cancelled' or (action = 'cancel' and decision = 'granted'))
    group by person_id, permit_no
),
permits as (
    select p.person_id, p.kind as status, p.ground, p.reason, p.valid_from_on as from_on,
           least(p.valid_to_on, case when c.cancelled_on >= p.valid_from_on then c.cancelled_on end) as to_on, p.record_id
    from linked_permit p
    left join cancelled c on c.person_id = p.person_id and c.permit_no = p.permit_no
    where p.decision in ('granted', 'cancelled', 'expired') and coalesce(p.action, 'issue') <> 'cancel' and p.valid_from_on is not null
),
asylum as (
    select person_id, case_no, min(event_on) filter (event in ('lodged', 'registered')) as lodged_on,
           max(event_on) filter (event in ('withdrawn', 'left')) as withdrawn_on,
           max(event_on) filter (event = 'appealed') as appealed_on, min_by(record_id, (event_on, record_id)) filter (event in ('lodged', 'registered')) as record_id
    from linked_case_event where procedure = 'asylum'
    group by person_id, case_no
),
asylum_decided as (
    select person_id, case_no, max(decided_on) as decided_on
    from linked_decision where procedure = 'asylum' group by person_id, case_no
),
ordered as (
    select person_id, case_no, event_on as from_on, record_id from linked_case_event where event = 'ordered'
    union all
    select person_id, case_no, decided_on, record_id from linked_decision where procedure in ('irregular_stay', 'return') and leave_by_on is not null
),
leave_by as (select person_id, case_no, max(leave_by_on) as leave_by_on from linked_decision where leave_by_on is not null group by person_id, case_no),
gone as (select person_id, case_no, min(event_on) as gone_on from linked_case_event where event in ('left', 'returned', 'transferred') group by person_id, case_no)
select * from permits
union all
select d.person_id, 'refugee', null, 'other', d.decided_on,
       coalesce(c.ceased_on, case when d.outcome not in ('refugee', 'recognised', 'granted') then d.valid_to_on end), d.record_id
from linked_decision d
left join (select person_id, max(decided_on) as ceased_on from linked_decision where procedure = 'asylum' and outcome in (select word from ending_outcomes) group by person_id) c
  on c.person_id = d.person_id and c.ceased_on > d.decided_on
where d.procedure = 'asylum' and d.outcome in (select word from positive_outcomes)    -- a refugee's card runs out, the status does not: it ends by a decision
union all
select a.person_id, 'asylum_seeker', null, 'other', a.lodged_on,
       case when a.appealed_on > greatest(d.decided_on, a.withdrawn_on) then null else greatest(d.decided_on, a.withdrawn_on) end, a.record_id
from asylum a left join asylum_decided d using (person_id, case_no)
where a.lodged_on is not null
union all
select o.person_id, 'ordered_to_leave', null, null, o.from_on, coalesce(g.gone_on, l.leave_by_on), o.record_id
from ordered o left join leave_by l using (person_id, case_no) left join gone g using (person_id, case_no)
union all
select e.person_id, 'irregular', e.violation, null, e.event_on, coalesce(o.from_on, g.gone_on, e.event_on), e.record_id
from linked_case_event e
left join (select person_id, case_no, min(from_on) as from_on from ordered group by all) o using (person_id, case_no)
left join gone g using (person_id, case_no)
where e.procedure = 'irregular_stay' and e.event = 'found'
union all
select person_id, 'registered_stay', null, null, coalesce(registered_on, applied_on), least(valid_until_on, deregistered_on), record_id
from linked_registration where registered_on is not null
union all
select person_id, 'visa', purpose, null, valid_from_on, valid_to_on, record_id
from linked_visa where decision = 'granted' and valid_from_on is not null
union all
select person_id, 'citizen', null, null, from_on, to_on, null from citizenships_made where citizenship = $national
