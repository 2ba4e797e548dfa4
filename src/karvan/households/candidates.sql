-- Candidates for the household of each resident, best first: the dwelling they live in; that of the relative a record names; that of this relative's own relative; and,
-- where no dwelling is known, the family itself, named after whom its records lead to.
with chained as (      -- a child belongs to the mother, the mother to her husband's household
    select t.tie, t.place, t.person_id, u.head_id, greatest(t.from_on, u.from_on) as from_on, least(t.to_on, u.to_on) as to_on, t.record_id
    from ties t join ties u on u.person_id = t.head_id and u.head_id <> t.person_id and u.from_on <= t.to_on and u.to_on >= t.from_on
),
tied as (select *, 0 as far from ties union all select *, 1 from chained),
joined as (     -- only days on which both live in the country
    select t.* replace (greatest(t.from_on, v.from_on, h.from_on) as from_on, least(t.to_on, v.to_on, h.to_on) as to_on)
    from tied t
    join living v on v.person_id = t.person_id and v.from_on <= t.to_on and v.to_on >= t.from_on
    join living h on h.person_id = t.head_id and h.from_on <= least(t.to_on, v.to_on) and h.to_on >= greatest(t.from_on, v.from_on)
)
select person_id, dwelling, region, from_on, to_on, 1 as place, reason, tie, record_id from dwelling_of
union all
select j.person_id, d.dwelling, d.region, greatest(j.from_on, d.from_on), least(j.to_on, d.to_on), 10 + 10 * j.far + j.place, 'address_of_relative', j.tie, j.record_id
from joined j join dwelling_of d on d.person_id = j.head_id and d.from_on <= j.to_on and d.to_on >= j.from_on
union all
select person_id, concat('family ', head_id), null, from_on, to_on, 50 - 10 * far + place, 'family_record', tie, record_id from joined
union all
select head_id, concat('family ', head_id), null, from_on, to_on, 60 + place, 'family_record', tie, record_id from joined where far = 0
