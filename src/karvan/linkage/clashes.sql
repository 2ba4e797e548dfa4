-- What cannot be one person, among nodes that pairs could bring together. Reads `reach` (node, component), `node_of`, `prepared`, `civil_event`, `crossing`.
with record as (
    select p.record_id, n.node, r.component from reach r join node_of n using (node) join prepared p using (rid)
),
births as (
    select distinct r.node, r.component, c.act_no from record r join civil_event c using (record_id) where c.event = 'birth'
),
crossed as (
    select distinct r.node, r.component, c.crossed_at, c.crossed_on, c.bcp, c.direction
    from record r join crossing c using (record_id) where c.bcp is not null and c.crossed_at is not null and c.decision = 'admitted'
)
select distinct a.node, b.node, 'two births'
from births a join births b on a.component = b.component and a.node < b.node and a.act_no <> b.act_no
union
select distinct a.node, b.node, 'two places at once'
from crossed a join crossed b on a.component = b.component and a.node < b.node and a.crossed_on = b.crossed_on and a.bcp <> b.bcp
     and abs(epoch(a.crossed_at) - epoch(b.crossed_at)) < $apart
order by all
