-- One row per member of an asylum case and instance decided: the first decision of the administration, the last one of a court.
with decided as (
    select
        feed, case_no, coalesce(member_no, 1) as member_no, coalesce(instance, 'admin') = 'admin' as first_instance, outcome, decided_on, record_id,
        sex, birth_year, birth_month, birth_country, coalesce(citizenship, origin_country) as citizenship
    from decision where procedure = 'asylum' and decided_on is not null
)
select *, false as imputed, cast(null as boolean) as unlinked from (
    select * from decided where first_instance
    qualify row_number() over (partition by feed, case_no, member_no order by decided_on, record_id) = 1
    union all
    select * from decided where not first_instance
    qualify row_number() over (partition by feed, case_no, member_no order by decided_on desc, record_id desc) = 1
)
