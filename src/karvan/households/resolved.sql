-- Of several candidates on one day the best: every person's days cut where a candidate begins or ends, one chosen for each piece, and pieces that say the same put together again.
with cuts as (
    select person_id, from_on as cut_on from candidates
    union
    select person_id, cast(to_on + 1 as date) from candidates where to_on < date '9999-12-31'
),
pieces as (
    select person_id, cut_on as from_on, coalesce(cast(lead(cut_on) over (partition by person_id order by cut_on) - 1 as date), date '9999-12-31') as to_on from cuts
),
chosen as (
    select p.person_id, p.from_on, p.to_on, c.dwelling, c.region, c.reason, c.tie, c.record_id
    from pieces p join candidates c on c.person_id = p.person_id and c.from_on <= p.from_on and c.to_on >= p.to_on
    qualify row_number() over (partition by p.person_id, p.from_on order by c.place, c.from_on desc, c.dwelling, c.record_id) = 1
),
marked as (
    select *, coalesce(from_on > lag(to_on) over w + 1 or (dwelling, reason, record_id) is distinct from (lag(dwelling) over w, lag(reason) over w, lag(record_id) over w), true) as begins
    from chosen window w as (partition by person_id order by from_on)
),
numbered as (select *, sum(cast(begins as integer)) over (partition by person_id order by from_on) as spell from marked)
select person_id, any_value(dwelling) as dwelling, any_value(region) as region, min(from_on) as from_on, max(to_on) as to_on, any_value(reason) as reason, any_value(tie) as tie, any_value(record_id) as record_id
from numbered group by person_id, spell
