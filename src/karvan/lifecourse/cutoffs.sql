-- The last place that is taken in each stratum where not all are: as many as crossings were missed. Null: none is taken.
with placed as (
    select *, row_number() over (partition by what, claim order by place, person_id) as no, count(*) over (partition by what, claim) as people
    from whole_candidates
    where coalesce(due_on < $observed_until, true)
),
missed as (select claim, unnest([{'what': 'exit', 'n': exits}, {'what': 'entry', 'n': entries}], recursive := true) from missed_crossings)
select what, claim, max(p.place) filter (p.no = m.n) as place, max(p.person_id) filter (p.no = m.n) as person_id
from placed p join missed m using (what, claim)
where m.n < p.people
group by what, claim
