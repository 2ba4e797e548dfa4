-- Whether each person whose citizenship is known has only foreign ones.
select person_id, bool_and(citizenship <> $national) as foreigner from citizenships_made group by person_id
