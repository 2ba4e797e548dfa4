-- People whose asylum procedure ended within the data, counted by the day and by whether they were not seen leaving.
select ended_on as since_on, open as holds, count(*) as n from silent where open is not null and ended_on >= $observed_from group by all
