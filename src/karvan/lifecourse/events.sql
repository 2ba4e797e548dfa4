-- Events of a life from every record type, each with the record it came from; what the repair put in says so.
select person_id, direction as event, crossed_on as event_on, crossed_at as event_at, cast(null as varchar) as subject, record_id, false as imputed
from crossings_kept
union all
select person_id, 'refused_entry', crossed_on, crossed_at, refusal_ground, record_id, false
from linked_crossing where decision = 'refused' and crossed_on <= $observed_until
union all
select person_id, 'in', entered_on, null, 'repair', null, true from spells where entry_imputed
union all
select person_id, 'out', left_on, null, closed_by, null, true from spells where exit_imputed
union all
select person_id, event, event_on, null, null, record_id, false from linked_civil_event where event in ('birth', 'death')
union all
select person_id, 'apply', submitted_on, null, 'visa', record_id, false from linked_visa where submitted_on is not null
union all
select person_id, 'apply', applied_on, null, kind, record_id, false from linked_permit where applied_on is not null
union all
select person_id, 'apply', applied_on, null, 'work_permit', record_id, false from linked_work_permit where applied_on is not null
union all
select person_id, 'apply', submitted_on, null, 'citizenship', record_id, false from linked_citizenship where submitted_on is not null
union all
select person_id, 'apply', event_on, null, procedure, record_id, false from linked_case_event where event = 'lodged'
union all
select person_id, case decision when 'granted' then 'grant' when 'cancelled' then 'cancel' else 'refuse' end, decided_on, null, subject, record_id, false
from (
    select person_id, decision, decided_on, 'visa' as subject, record_id from linked_visa
    union all
    select person_id, case when action = 'cancel' and decision = 'granted' then 'cancelled' else decision end, decided_on, kind, record_id from linked_permit
    union all
    select person_id, decision, decided_on, 'work_permit', record_id from linked_work_permit
    union all
    select person_id, decision, decided_on, 'citizenship', record_id from linked_citizenship
    union all
    select person_id, case when outcome in (select word from positive_outcomes) then 'granted' else 'refused' end, decided_on, procedure, record_id
    from linked_decision where procedure = 'asylum'
)
where decided_on is not null and decision in ('granted', 'refused', 'inadmissible', 'cancelled')
union all
select person_id, 'naturalise', decided_on, null, file_type, record_id, false
from linked_citizenship where file_type in ('acquisition', 'restoration') and decision = 'granted' and decided_on is not null
union all
select person_id, 'register', registered_on, null, 'stay', record_id, false from linked_registration where registered_on is not null
union all
select person_id, 'deregister', deregistered_on, null, 'stay', record_id, false from linked_registration where deregistered_on is not null
union all
select person_id, 'register', since_on, null, 'population', record_id, false from linked_resident where since_on is not null
union all
select person_id, 'deregister', until_on, null, 'population', record_id, false from linked_resident where until_on is not null
union all
select person_id, event, event_on, null, coalesce(violation, procedure), record_id, false from linked_case_event where event in ('found', 'ordered', 'returned')
union all
select person_id, 'ordered', decided_on, null, procedure, record_id, false
from linked_decision d
where leave_by_on is not null and procedure in ('irregular_stay', 'return')
  and not exists (select 1 from linked_case_event e where e.person_id = d.person_id and e.case_no = d.case_no and e.event = 'ordered')
