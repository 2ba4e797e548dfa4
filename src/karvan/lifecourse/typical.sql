-- Usual days of a stay and of an absence in each of the `strata`: the median of the finest stratum that has one.
select s.*, coalesce(m3.days, m2.days, m1.days, m0.days, 14) as stay_days, coalesce(a.days, 14) as away_days
from strata s
left join medians m3 on m3.lives_here = s.lives_here and m3.citizenship = s.citizenship and m3.mode = s.mode and m3.purpose = s.purpose and m3.month = s.month
left join medians m2 on m2.lives_here = s.lives_here and m2.citizenship = s.citizenship and m2.mode is null and m2.purpose = s.purpose and m2.month is null
left join medians m1 on m1.lives_here = s.lives_here and m1.citizenship is null and m1.mode is null and m1.purpose = s.purpose and m1.month is null
left join medians m0 on m0.lives_here = s.lives_here and m0.citizenship is null and m0.mode is null and m0.purpose is null and m0.month is null
left join absences a on a.lives_here = s.lives_here
