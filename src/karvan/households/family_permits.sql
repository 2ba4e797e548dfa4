-- Permits that name another permit as that of the sponsor in the family, with the sponsor's person where that permit is among the records. One row
-- per member and sponsor while permits run, gaps of up to $bridge_days days bridged. A permit number counts within its own contract.
with numbered as (
    select p.feed, p.permit_no, min(l.person_id) as sponsor_id, min(p.record_id) as sponsor_record_id
    from permit p join links l using (record_id) where p.permit_no is not null
    group by p.feed, p.permit_no having count(distinct l.person_id) = 1
),
given as (
    select l.person_id, p.feed, p.family_of, p.record_id, p.valid_from_on, coalesce(p.valid_to_on, date '9999-12-31') as valid_to_on
    from permit p join links l using (record_id)
    where p.family_of is not null and p.decision in ('granted', 'cancelled', 'expired') and coalesce(p.action, 'issue') <> 'cancel' and p.valid_from_on is not null
        and coalesce(p.valid_to_on, date '9999-12-31') >= p.valid_from_on
),
sponsored as (      -- a sponsor whose card was renewed has several numbers and is one
    select g.*, n.sponsor_id, n.sponsor_record_id, coalesce(n.sponsor_id, concat(g.feed, '/', g.family_of)) as sponsor
    from given g left join numbered n on n.feed = g.feed and n.permit_no = g.family_of
    where n.sponsor_id is distinct from g.person_id
),
parted as (
    select *, coalesce(valid_from_on > max(valid_to_on) over before + $bridge_days + 1, true) as begins from (select *, least(valid_to_on, date '9999-01-01') as ends_on from sponsored)
    window before as (partition by person_id, sponsor order by valid_from_on, ends_on, record_id rows between unbounded preceding and 1 preceding)
),
spells as (select *, sum(cast(begins as integer)) over (partition by person_id, sponsor order by valid_from_on, ends_on, record_id) as spell from parted)
select
    sponsor, any_value(sponsor_id) as sponsor_id, min(sponsor_record_id) as sponsor_record_id, min_by(concat(feed, '/', family_of), (valid_from_on, record_id)) as sponsor_permit, person_id,
    min(valid_from_on) as from_on, max(valid_to_on) as to_on, min_by(record_id, (valid_from_on, record_id)) as record_id
from spells group by sponsor, person_id, spell
