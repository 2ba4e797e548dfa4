-- Candidates for the dwelling of each resident. Their own: the address of a residence permit, and of a registration of the stay where no permit that names
-- one is valid; it counts until another is named. Hotels and hospitals are no dwelling. A head of a family without an address lives where a member does.
with permitted as (
    select l.person_id, p.dwelling_key, p.region, p.valid_from_on as from_on, coalesce(p.valid_to_on, date '9999-12-31') as valid_to_on, p.record_id
    from permit p join links l using (record_id)
    where p.decision in ('granted', 'cancelled', 'expired') and coalesce(p.action, 'issue') <> 'cancel' and p.valid_from_on is not null and p.dwelling_key is not null
),
registered as (
    select l.person_id, r.dwelling_key, r.region, r.registered_on as from_on, r.record_id
    from registration r join links l using (record_id)
    where r.registered_on is not null and coalesce(r.host_type, 'owner') not in ('hotel', 'hospital') and r.dwelling_key is not null
),
said as (
    select person_id, dwelling_key, region, from_on, 1 as place, record_id from permitted
    union all
    select person_id, dwelling_key, region, from_on, 2, record_id from registered r
    where not exists (select 1 from permitted p where p.person_id = r.person_id and r.from_on between p.from_on and p.valid_to_on)
),
running as (select * from said qualify row_number() over (partition by person_id, from_on order by place, record_id) = 1),
own as (
    select s.person_id, s.dwelling_key, s.region, s.record_id, greatest(s.from_on, v.from_on) as from_on, least(s.to_on, v.to_on) as to_on
    from (select *, coalesce(cast(lead(from_on) over (partition by person_id order by from_on) - 1 as date), date '9999-12-31') as to_on from running) s
    join living v on v.person_id = s.person_id and v.from_on <= s.to_on and v.to_on >= s.from_on
)
select person_id, dwelling_key as dwelling, region, from_on, to_on, 1 as place, 'own_address' as reason, cast(null as varchar) as tie, record_id from own
union all
select t.head_id, o.dwelling_key, o.region, greatest(t.from_on, o.from_on, v.from_on), least(t.to_on, o.to_on, v.to_on), 10 + t.place, 'address_of_member', t.tie, t.record_id
from ties t
join own o on o.person_id = t.person_id and o.from_on <= t.to_on and o.to_on >= t.from_on
join living v on v.person_id = t.head_id and v.from_on <= least(t.to_on, o.to_on) and v.to_on >= greatest(t.from_on, o.from_on)
