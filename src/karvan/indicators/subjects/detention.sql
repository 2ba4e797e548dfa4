-- One row per detention: a person's case and day of detention, with the first release, return or transfer after it in the same case.
with taken as (
    select feed, case_no, event_on as detained_on, min(record_id) as record_id, min(sex) as sex, min(birth_year) as birth_year, min(birth_month) as birth_month,
           min(citizenship) as citizenship, min(birth_country) as birth_country, min(place) as place
    from case_event where event = 'detained' group by feed, case_no, event_on
),
freed as (select feed, case_no, event_on as ended_on from case_event where event in ('released', 'left', 'returned', 'transferred'))
select t.*, (select min(f.ended_on) from freed as f where f.feed = t.feed and f.case_no = t.case_no and f.ended_on >= t.detained_on) as ended_on,
       false as imputed, cast(null as boolean) as unlinked
from taken as t
