-- How frequent a name is among people of the same citizenship, leaving out the node itself; a small group leans on the whole table. Reads `everyone`, `blocked`.
create or replace temp table name_frequencies as
with home as (select coalesce(citizenship, '') as home, count(*) as nodes from everyone where parts is not null group by 1),
whole as (select parts, count(*) / (select count(*) from everyone where parts is not null) as share from everyone where parts in (select parts from blocked) group by 1),
here as (select name_at_home, parts, coalesce(citizenship, '') as home, count(*) as nodes from everyone where parts in (select parts from blocked) group by all)
select here.name_at_home, cast((here.nodes - 1 + 300 * whole.share) / (home.nodes + 300) as double) as tf_name_at_home
from here join home using (home) join whole using (parts)
order by here.name_at_home;

create or replace temp table citizenship_frequencies as
select citizenship, cast(count(*) / (select count(citizenship) from everyone) as double) as tf_citizenship from everyone where citizenship is not null group by 1 order by 1
