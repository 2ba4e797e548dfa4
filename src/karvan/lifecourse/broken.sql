-- Stays of which an end is missing.
with neighbours as (
    select *, lag(left_on) over w as before_on, lead(entered_on) over w as after_on
    from raw_spells window w as (partition by person_id order by spell_no)
)
select n.*, coalesce(entered_on, before_on, $observed_from) as lower_on,
       case when closed_by = 'missing_exit' then after_on when entered_on is null then left_on else $observed_until end as upper_on,
       exists (select 1 from settled s where s.person_id = n.person_id and coalesce(n.entered_on, n.left_on) between s.from_on and s.to_on) as lives_here
from neighbours n
where closed_by = 'missing_exit' or entered_on is null or closed_by = 'censored'
