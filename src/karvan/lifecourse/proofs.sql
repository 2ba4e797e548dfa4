-- Days on which a record other than a crossing saw someone in the country; days that it says they came or left.
-- An employment contract is no such record: it may outlive a departure.
select person_id, coalesce(registered_on, applied_on) as seen_on, arrived_on, null as left_on from linked_registration where coalesce(registered_on, applied_on) is not null
union all
select person_id, deregistered_on, null, deregistered_on from linked_registration where deregistered_on is not null and deregistration_reason = 'left'
union all
select person_id, applied_on, null, null from linked_permit where applied_on is not null and coalesce(action, 'issue') in ('issue', 'extend')
union all
select person_id, event_on, null, null from linked_case_event where event in ('lodged', 'interviewed', 'found', 'detained')
union all
select person_id, event_on, null, event_on from linked_case_event where event in ('left', 'returned', 'transferred')
union all
select person_id, started_on, null, null from linked_service where started_on is not null
