-- On which days each usual resident lives in the country. Only these days count for a household.
select person_id, coalesce(from_on, date '0001-01-01') as from_on, coalesce(cast(to_on - 1 as date), date '9999-12-31') as to_on
from residence_spells
where rule = $rule and basis <> 'undecided' and coalesce(to_on > coalesce(from_on, date '0001-01-01'), true)
