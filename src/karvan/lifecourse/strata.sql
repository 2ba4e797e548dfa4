-- The strata of the stays of which an end is missing.
select distinct lives_here, coalesce(citizenship, 'unknown') as citizenship, coalesce(mode, 'unknown') as mode, coalesce(purpose, 'unknown') as purpose, month(coalesce(entered_on, left_on)) as month
from broken
