"""The default country through the whole line: as rich as its truth, linked nearly as well as it could be, and every cell explained."""

import random
import re
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from karvan import indicators, intake, line
from karvan.country import for_workspace
from karvan.indicators import query_for_cell
from karvan.synth import score_links, yields
from karvan.synth.make import make
from karvan.synth.score import score
from karvan.tables import DIMENSIONS
from karvan.workspace import Workspace

PACKS = Path(__file__).parents[2] / "packs"
FIRST_DAY = date(2020, 7, 1)
DEFINITIONS = yields.definitions(PACKS / "az" / "synth" / "yields.yaml")
FEW, MANY = 10, 100    # random cells of each indicator
pytestmark = pytest.mark.xdist_group("default country")


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    ws = Workspace.create(tmp_path_factory.mktemp("default") / "ws", packs=["az", "world"])
    country = for_workspace(ws)
    make(country, seed=1, residents=50_000, extracts=ws.extracts, truth=ws.root / "truth")
    for feed, files in country.samples.items():
        for path in files:
            intake.load(ws, feed, path)
    line.run(ws)
    return ws


@pytest.fixture(scope="module")
def true(ws):
    con = duckdb.connect()
    yields.over_truth(con, {p.stem: pq.read_table(p) for p in (ws.root / "truth").glob("*.parquet")}, first_day=FIRST_DAY)
    return con


@pytest.fixture(scope="module")
def ours(ws):
    con = ws.connect()
    yields.over_records(con, lambda name: f"select * from main.{name}", first_day=FIRST_DAY)
    return con


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_what_analysts_ask_for_is_there_and_survives_the_line(definition, true, ours):
    there, found = yields.found(true, definition), yields.found(ours, definition)
    assert there >= 20, "too thin in the truth"
    assert abs(found - there) <= 0.2 * there, f"{there} in the truth, {found} after the line"


@pytest.fixture(scope="module")
def scored(ws):
    return score(ws)


def test_records_are_linked_to_the_right_people(scored):
    """The claim is B-cubed after collapsing records of one issuer and document number: pooled pairs are dominated by easy ones."""
    by_measure = {row["measure"]: row for row in scored["links"]}
    assert by_measure, "nothing was scored"
    for row in by_measure.values():
        assert row["f1"] >= 0.985, row


@pytest.mark.parametrize("over", ["links_by", "documents_by"])
def test_no_citizenship_group_is_linked_much_worse_than_the_rest(scored, over):
    groups = [row for row in scored[over]["citizenship"] if row["persons"] >= 200]
    assert len(groups) >= 20
    for row in groups:
        assert row["f1"] >= 0.97, row


def test_links_of_another_method_are_held_against_the_same_truth(ws, tmp_path):
    """Here every record is a person of its own: none is in wrong company, and most miss theirs."""
    alone = tmp_path / "links.parquet"
    ws.connect().execute(f"copy (select record_id, record_id as person_id, 'alone' as level from links) to '{alone}'")
    con = score_links.scored(ws, links=alone)
    row = score_links.measures(con)[0]
    con.close()
    assert row["precision"] == 1
    assert row["recall"] < 0.5


def test_immigrants_of_final_years_are_within_five_percent_of_the_truth(scored):
    final = [row for row in scored["flows"] if row["rule"] == "UR-12/16" and row["flow"] == "immigration" and 2022 <= row["year"] <= 2024]
    assert len(final) == 3
    for row in final:
        assert abs(row["ours"] - row["truth"]) <= 0.05 * row["truth"], row


def test_eight_citizenship_groups_have_over_200_immigrants_a_year(ws):
    groups = ws.connect().execute("""
        select count(*) from cubes
        where indicator = 'FLW-01' and period = '2024' and citizenship not in ('_T', 'unknown') and value > 200
          and sex = '_T' and age_group = '_T' and birth_country = '_T' and previous_country = '_T' and reason = '_T'
    """).fetchone()[0]
    assert groups >= 8


def test_every_source_row_ends_in_exactly_one_place(ws):
    wrong = ws.connect().sql("select delivery_id from deliveries where rows <> rows_read + rows_duplicate + rows_superseded + rows_quarantined + rows_held").fetchall()
    assert wrong == []


def cells_of(ws, most, *, table="cubes"):
    """Random cells of every indicator, `most` of each."""
    chance = random.Random(11)
    found = {}
    for row in ws.connect().sql(f"select indicator, period, value, {', '.join(DIMENSIONS)} from {table} order by all").to_arrow_table().to_pylist():
        found.setdefault(row["indicator"], []).append(row)
    return {indicator: chance.sample(rows, min(most, len(rows))) for indicator, rows in found.items()}


def wrong_answers(ws, most, answer):
    """Cells whose printed query, answered over the named table versions, does not give their untreated value; `answer(con, sql, kept)` runs a query."""
    from karvan.indicators.cell import bench

    cells = cells_of(ws, most)
    assert len(cells) >= 30
    country = for_workspace(ws)
    con = ws.connect()
    place = bench(ws.connect(), country)
    wrong = []
    for indicator, rows in cells.items():
        kept = {}
        for row in rows:
            dims = {d: row[d] for d in DIMENSIONS if row[d] is not None}
            asked = query_for_cell(ws, indicator, row["period"], country=country, place=place, **dims)
            assert all(ws.version(name).number == number for name, number in asked.tables.items())
            answered = answer(con, asked.sql, kept)
            value = answered[0] if answered else None
            same = value is None if row["value"] is None else value is not None and abs(value - row["value"]) <= 1e-6 * max(1, abs(row["value"]))
            if not same:
                wrong.append((indicator, row["period"], dims, row["value"], value))
        for table in kept.values():
            con.execute(f"drop table {table}")
    return wrong


def as_printed(con, sql, _):
    return con.execute(sql).fetchone()


THINGS = re.compile(r"with periods\(.*?\ndescribed as \(\n.*?\n\)", re.DOTALL)    # of a printed query: the things counted in one period and their dimensions


def with_things_kept(con, sql, kept):
    """The same query, except that the text which it has in common with others of its series and period is run once and kept."""

    def table(found):
        if found[0] not in kept:
            kept[found[0]] = f'"things {len(kept)}"'
            con.execute(f"create temp table {kept[found[0]]} as {found[0]} select * from described")
        return f"with described as (select * from {kept[found[0]]})"

    return con.execute(THINGS.sub(table, sql)).fetchone()


@pytest.mark.parametrize(("most", "answer"), [(FEW, as_printed), pytest.param(MANY, with_things_kept, marks=pytest.mark.slow)])
def test_the_query_of_a_cell_gives_its_untreated_value(ws, most, answer):
    """For every indicator and random cells of it, the printed query over the named table versions gives the untreated value."""
    assert wrong_answers(ws, most, answer) == []


def test_a_published_cell_of_every_indicator_explains_itself(ws):
    country = for_workspace(ws)
    for indicator, rows in cells_of(ws, 1, table="safe_cubes").items():
        row = rows[0]
        said = indicators.explain(ws, indicator, row["period"], country=country, **{d: row[d] for d in DIMENSIONS if row[d] is not None}).as_text("en")
        assert indicator in said and "Query" in said
