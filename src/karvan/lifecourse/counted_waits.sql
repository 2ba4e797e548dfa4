-- Days between the arrival that was seen and the first permit given in that stay.
select wait_days as days, count(*) as n from permit_chains where wait_days is not null and not prolongs group by all
