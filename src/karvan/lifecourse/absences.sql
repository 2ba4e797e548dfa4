-- Median length of the absences of people who come back, by whether they live here by some record.
with reached as (
    select lives_here, days, sum(n) over (partition by lives_here order by days) as shorter, sum(n) over (partition by lives_here) as absences from whole_counted_absences
)
select lives_here, min(days) as days from reached where absences >= 20 and 2 * shorter >= absences group by lives_here
