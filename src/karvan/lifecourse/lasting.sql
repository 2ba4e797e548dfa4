-- After how many days a stay begun by an arrival, or an absence begun by a departure, is expected to last: the fewest days that most of those
-- that reached them went on to be a migration. From crossings decided; what crossings still open are held to.
with sides as (
    select person_id, direction, crossed_on, undecided, migration, resident_before,
           coalesce(lead(crossed_on) over (partition by person_id order by spell_no, side), $observed_until) - crossed_on as days
    from decisions
),
asked as (select * from sides where not undecided and resident_before = (direction = 'out')),
limits as (select unnest(range(1, 365, 7)) as days)
select a.direction, min(l.days) as days
from (
    select l.days, a.direction from limits l join asked a on a.days >= l.days
    group by l.days, a.direction
    having count(*) >= 20 and avg(cast(a.migration as integer)) >= 0.5
) a join limits l using (days)
group by a.direction
