"""What must be true of every life, whoever draws it."""

import pytest

from karvan.synth.truth import TRUTH, arrow_schema

LAWS = {
    "no crossing after death": "select * from crossing join people using (person_no) where crossed_on > died_on",
    "no crossing before birth": "select * from crossing join people using (person_no) where crossed_on < born_on",
    "directions alternate": """
        select * from (select direction, lag(direction) over (partition by person_no order by crossed_at) as before from crossing where decision = 'admitted') where direction = before""",
    "nobody crosses twice in one second": "select person_no from crossing where decision = 'admitted' group by person_no, crossed_at having count(*) > 1",
    "the day is the day of the instant": "select * from crossing where crossed_on <> cast(crossed_at as date)",
    "a refusal has a ground and an admission none": "select * from crossing where (decision = 'refused') <> (refusal_ground is not null)",
    "nobody inside is turned back at the way in": """
        with way as (select *, last_value(case when decision = 'admitted' then direction end ignore nulls) over (partition by person_no order by crossed_at rows between unbounded preceding and 1 preceding) as last_way from crossing)
        select * from way where decision = 'refused' and last_way = 'in'""",
    "a status lies within life": "select * from status join people using (person_no) where from_on < born_on or from_on > died_on or to_on > died_on or to_on < from_on",
    "a status of the dead has ended": "select * from status join people using (person_no) where to_on is null and died_on is not null",
    "parents are older by fourteen years": """
        select * from people c join people p on p.person_no in (c.mother_no, c.father_no) where date_diff('day', p.born_on, c.born_on) < 14 * 365""",
    "mothers are women alive at the birth": "select * from people c join people m on m.person_no = c.mother_no where m.sex <> 'F' or c.born_on > m.died_on",
    "fathers are men": "select * from people c join people f on f.person_no = c.father_no where f.sex <> 'M'",
    "spells of residence do not overlap": "select * from (select from_on, lag(coalesce(to_on, date '2999-01-01')) over (partition by person_no order by from_on) as ended from residence) where from_on < ended",
    "residence ends with life": "select * from residence join people using (person_no) where to_on > died_on or (to_on is null and died_on is not null)",
    "death is no emigration": "select * from residence where ended_by = 'death' and next_country is not null",
    "a document is valid when shown": "select * from crossing join documents using (doc_no) where crossed_on not between issued_on and expires_on or documents.person_no <> crossing.person_no",
    "a document number is one document": "select doc_no from documents group by doc_no having count(*) > 1",
    "a personal number is one person": "select personal_no from personal_numbers group by personal_no having count(*) > 1",
    "the passport's state is a citizenship held": """
        select c.* from crossing c join documents d using (doc_no) anti join nationalities n on n.person_no = c.person_no and n.citizenship = c.citizenship and n.from_on <= c.crossed_on
        where d.doc_type = 'P'""",
    "spouses are two adults": """
        select * from unions u join people a on a.person_no = u.person_a join people b on b.person_no = u.person_b
        where a.person_no = b.person_no or a.sex = b.sex or least(date_diff('day', a.born_on, u.from_on), date_diff('day', b.born_on, u.from_on)) < 17 * 365""",
    "a permit begins after it was asked for": "select * from permit where decided_on < applied_on or (action in ('issue', 'extend') and valid_from_on < applied_on) or valid_to_on < valid_from_on",
    "a work permit begins after it was asked for": "select * from work_permit where decided_on < applied_on or valid_from_on < applied_on or valid_to_on < valid_from_on",
    "an entry on a visa lies in its time": "select * from crossing c join visa v on v.application_no = c.visa_no where c.direction <> 'in' or v.person_no <> c.person_no or c.crossed_on not between v.valid_from_on and v.valid_to_on",
    "families share an asylum case": "select case_no from case_event where procedure = 'asylum' group by case_no having count(distinct origin_country) > 1",
}


@pytest.mark.parametrize("law", LAWS)
def test_no_life_breaks_the_law(ask, law):
    assert ask(f"select count(*) from ({LAWS[law]})") == [(0,)], law


@pytest.mark.parametrize("name", TRUTH)
def test_each_truth_table_has_the_declared_columns_and_rows(truth, name):
    assert truth[name].cast(arrow_schema(TRUTH[name])).num_columns == len(TRUTH[name].columns)
    assert truth[name].num_rows > 0


def test_columns_hold_only_declared_words(truth):
    import pyarrow.compute as pc

    for name, table in TRUTH.items():
        for column in table.columns:
            if column.values:
                words = {w for w in pc.unique(truth[name][column.name]).to_pylist() if w is not None}
                assert words <= set(column.values), (name, column.name, words - set(column.values))


def test_what_never_is_null_is_never_null(truth):
    for name, table in TRUTH.items():
        for column in table.columns:
            if column.null == "never":
                assert truth[name][column.name].null_count == 0, (name, column.name)


def test_nothing_is_known_after_the_last_day(truth, settings):
    import pyarrow.compute as pc

    planned = {"valid_from_on", "valid_to_on", "valid_until_on", "leave_by_on", "expires_on", "vehicle_due_on", "to_on"}  # ends in the future that papers state
    for name, table in TRUTH.items():
        for column in table.columns:
            if column.type == "day" and column.name not in planned:
                last = pc.max(truth[name][column.name]).as_py()
                assert last is None or last <= settings["time"]["end"], (name, column.name, last)
