-- Of the procedures that ended long enough ago, the share of people who were not seen leaving (`stay`, of `told` procedures); none where fewer than 20 tell.
select coalesce(sum(n) filter (holds), 0) / sum(n) as stay, cast(sum(n) as bigint) as told from whole_counted_closed where since_on <= $observed_until - $max_open_days having sum(n) >= 20
