-- After how many days a stay begun by an arrival, or an absence begun by a departure, is expected to last: the fewest (in weeks) that most of those
-- that reached them went on to be a migration. From crossings decided; what crossings still open are held to.
with sides as (
    select direction, undecided, migration, resident_before,
           coalesce(lead(crossed_on) over (partition by person_id order by spell_no, side), $observed_until) - crossed_on as days
    from decisions
),
ended as (
    select direction, days // 7 as week, count(*) as n, count(*) filter (migration) as migrations
    from sides
    where not undecided and resident_before = (direction = 'out')
    group by all
),
reached as (
    select direction, week, sum(n) over w as n, sum(migrations) over w as migrations
    from ended window w as (partition by direction order by week desc rows unbounded preceding)
)
select direction, cast(min(week) * 7 as integer) as days from reached where n >= 20 and migrations >= 0.5 * n group by direction
