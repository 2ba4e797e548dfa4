-- People whom linkage can easily take for one another, or one of them for two. Reads the desk: people, spells, documents, nationalities, crossing, name_changes.
with born_as as (select person_no, surname, given_names from spells where from_on is null),
known as (select p.*, n.surname, n.given_names from people p join born_as n using (person_no)),
passports as (select person_no, doc_no, issuer, issued_on from documents where doc_type = 'P'),
shown as (
    select c.person_no, c.direction, d.issued_on > lag(d.issued_on) over (partition by c.person_no, d.issuer order by c.crossed_at, c.direction) as newer
    from crossing c join passports d using (doc_no) where c.decision = 'admitted'
)
select s.person_no, 'father_and_son' as kind, f.person_no as other_no
from known s join known f on f.person_no = s.father_no where s.sex = 'M' and s.surname = f.surname and s.given_names = f.given_names
union all
select a.person_no, 'twins', b.person_no
from known a join known b on b.mother_no = a.mother_no and b.born_on = a.born_on and b.person_no <> a.person_no
union all
select a.person_no, 'siblings', min(b.person_no)
from known a join known b on b.mother_no = a.mother_no and b.sex = a.sex and b.surname = a.surname and b.born_on <> a.born_on
     and abs(b.born_on - a.born_on) <= 1096 and b.person_no <> a.person_no
group by a.person_no
union all
select a.person_no, 'namesakes', min(b.person_no)
from known a join known b on b.born_on = a.born_on and b.sex = a.sex and b.surname = a.surname and b.given_names = a.given_names and b.person_no <> a.person_no
group by a.person_no
union all
select person_no, 'dual_national', null from nationalities where to_on is null group by person_no having count(distinct citizenship) > 1
union all
select distinct person_no, 'new_passport', null from shown where newer and direction = 'in'
union all
select n.person_no, 'renamed', null from name_changes n join spells s on s.person_no = n.person_no and s.from_on = n.changed_on
order by kind, person_no, other_no
