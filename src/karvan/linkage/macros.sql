-- Share of bits in which the filters of two encoded fields differ (karvan.linkage.encode).
create or replace temp macro unlike(a, b) as
    bit_count(xor(cast(from_base64(split_part(a, '#', 2)) as bit), cast(from_base64(split_part(b, '#', 2)) as bit))) / bit_length(cast(from_base64(split_part(a, '#', 2)) as bit));

-- Two name fields are alike: skeletons by Jaro-Winkler, encoded ones by their filters. 0.22 keeps six in ten pairs of given names that are alike by 0.88
-- and lets through one in a hundred of strangers; 0.3 keeps 95 in a hundred, for pairs that agree in their keys already.
create or replace temp macro alike(a, b, at_least) as
    case when contains(a, '#') and contains(b, '#') then unlike(a, b) <= case when at_least >= 0.85 then 0.22 else 0.3 end
         else jaro_winkler_similarity(a, b) >= at_least end;

create or replace temp macro birth_pair(birth_date) as      -- the same for 3 April and 4 March
    case when length(birth_date) = 10 then left(birth_date, 5) || least(substr(birth_date, 6, 2), substr(birth_date, 9, 2)) || greatest(substr(birth_date, 6, 2), substr(birth_date, 9, 2)) end;
