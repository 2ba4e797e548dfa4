-- Keys under which nodes are compared. Reads a table of nodes.
with keys as (
    select *,
           birth_pair(birth_date) as birth_pair,
           parts || '|' || coalesce(citizenship, '') as name_at_home,
           least(surname_key, given_key) || '|' || greatest(surname_key, given_key) as both_keys
    from $nodes
),
keyed as (
    select *, birth_pair as block_birth,
           both_keys || '|' || birth_year as block_names_year,
           surname_key || '|' || left(given_key, 1) || '|' || birth_year as block_surname_year,
           left(surname_key, 2) || '|' || given_key || '|' || birth_year || '|' || sex as block_given_year,
           both_keys || '|' || citizenship as block_names
    from keys
)
select * from keyed
