-- After how many days a stay begun by an arrival, or an absence begun by a departure, is expected to last: the fewest (in weeks) that most of those
-- that reached them went on to be a migration. From crossings decided; what crossings still open are held to.
with ended as (
    select direction, coalesce(days, $observed_until - since_on) // 7 as week, sum(n) as n, coalesce(sum(n) filter (holds), 0) as migrations
    from whole_counted_sides
    group by all
),
reached as (
    select direction, week, sum(n) over w as n, sum(migrations) over w as migrations
    from ended window w as (partition by direction order by week desc rows unbounded preceding)
)
select direction, cast(min(week) * 7 as integer) as days from reached where n >= 20 and migrations >= 0.5 * n group by direction
