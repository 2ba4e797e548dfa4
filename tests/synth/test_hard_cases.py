"""Cases that stress linkage: changed names with their acts, twins, namesakes, sons called as their fathers; the truth says who they are."""

from __future__ import annotations

import csv

import duckdb
import pytest

from karvan.country import Country


@pytest.fixture
def truth(tiny) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    for path in tiny.truth.glob("*.parquet"):
        con.execute(f"create view {path.stem} as select * from '{path}'")
    return con


def acts(tiny) -> list[dict[str, str]]:
    rows = []
    for path in sorted((tiny.extracts / "az.moj.civil").iterdir()):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [row for row in csv.DictReader(file, delimiter="\t") if row["AKT_NOVU"] == "AD_DEYISME"]
    return rows


def test_a_change_of_name_is_one_act_and_two_rows_of_one_person(tiny):
    rows = acts(tiny)
    by_act: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        by_act.setdefault(row["AKT_NO"], {})[row["AD_HALI"]] = row
    assert len(by_act) >= 5
    both = [act for act in by_act.values() if set(act) == {"EVVELKI", "YENI"}]
    assert len(both) >= 0.8 * len(by_act)  # a row that comes late may not have come yet
    for act in both:
        assert act["EVVELKI"]["FIN"] == act["YENI"]["FIN"] != ""
    assert sum(act["EVVELKI"]["SOYAD"] != act["YENI"]["SOYAD"] for act in both) == len(both)


def test_new_papers_follow_a_change_of_name_and_show_the_new_one(truth):
    ((renamed, with_card),) = truth.execute("""
        select count(distinct n.person_no), count(distinct d.person_no) from name_changes n
        left join documents d on d.person_no = n.person_no and d.doc_type = 'ID' and d.issued_on = n.papers_on
        where n.act and n.papers_on is not null""").fetchall()
    assert renamed == with_card > 5


def test_no_document_is_older_than_the_name_it_shows(truth):
    """After the new papers nobody shows the old ones."""
    for shown, on in (("crossing", "crossed_on"), ("contract", "concluded_on")):
        found = truth.execute(f"""
            select count(*) from {shown} c join name_changes n using (person_no) join documents d on d.doc_no = c.doc_no
            where c.{on} > n.papers_on + 10 and d.issued_on < n.papers_on and d.doc_type in ('P', 'ID')
              and not exists (select 1 from nationalities x where x.person_no = n.person_no and x.citizenship <> (select citizenship from nationalities y where y.person_no = n.person_no order by from_on limit 1))""").fetchall()
        assert found == [(0,)], shown


@pytest.mark.parametrize("kind", ["siblings", "new_passport", "dual_national", "renamed", "father_and_son", "twins"])
def test_the_truth_names_the_hard_cases(truth, kind):
    ((n,),) = truth.execute("select count(*) from hard_cases where kind = ?", [kind]).fetchall()
    assert n > 0


def test_twins_are_as_frequent_as_the_pack_says(country: Country):
    """Two of each birth of two: births of two a birth, over lives of 20,000."""
    from karvan.synth.lives import simulate

    settings = country.synth["lives"]
    con = duckdb.connect()
    con.register("people", simulate(settings, seed=2, residents=20_000)["people"])
    ((births, twins),) = con.execute("""
        select count(*), count(*) filter (n = 2) from (select count(*) as n from people where kind = 'resident' and born_on >= date '2011-07-01' group by mother_no, born_on)""").fetchall()
    expected = settings["population"]["twins_share"] * births
    assert abs(twins - expected) <= 4 * expected**0.5
