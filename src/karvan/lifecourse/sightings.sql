-- Every citizenship that a document or register named.
select person_id, citizenship from crossings_kept
union all select person_id, citizenship from linked_visa
union all select person_id, citizenship from linked_registration
union all select person_id, citizenship from linked_permit
union all select person_id, citizenship from linked_work_permit
union all select person_id, citizenship from linked_case_event
union all select person_id, citizenship from linked_resident
union all select person_id, citizenship from linked_document
union all select person_id, citizenship from linked_civil_event
union all select person_id, citizenship from linked_contract
