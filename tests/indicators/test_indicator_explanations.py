"""Explanations: the printed query gives the untreated value, and a changed delivery changes the explanation."""
# ruff: noqa: F401, F811

from __future__ import annotations

import json
import random
import re
import shutil

import pytest

from karvan import disclosure, indicators
from karvan.country import load
from karvan.errors import AccessError, DataError
from karvan.indicators.compute import bench
from karvan.indicators.wording import COLOUR, STATUS, TREATMENT, UNIT, WORDS
from karvan.tables import DIMENSIONS
from karvan.workspace import Workspace, audit, new_connection, run_step
from small_country import arrow, drawn_country, drawn_tables, drawn_workspace, fill, ledgers, whole_country

EVERY = sorted(name for name, raw in load(["az", "world"]).indicators.items() if "waits_for" not in raw)


@pytest.fixture(scope="module")
def every_cell(drawn_workspace):
    rows = drawn_workspace.connect().sql("select * from cubes").to_arrow_table().to_pylist()
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["indicator"], []).append(row)
    return found


def asked(row):
    return {d: row[d] for d in DIMENSIONS if row[d] is not None}


def agrees(ws, country, cells, most, seed):
    place, con = bench(ws.connect(), country), new_connection(memory="1GB", threads=1)
    seen: dict[str, int] = {}
    for row in random.Random(seed).sample(cells, min(most, len(cells))):
        query = indicators.query_for_cell(ws, row["indicator"], row["period"], place=place, **asked(row))
        for table, number in query.tables.items():
            if seen.get(table) != number:
                ws.view(con, table, ws.version(table, number))
                seen[table] = number
        found = con.execute(query.sql).fetchall()[0][0]
        wanted = row["value"] if row["value"] is None else pytest.approx(row["value"], rel=1e-9, abs=1e-9)
        assert found == wanted, f"{row['indicator']} {row['period']} {asked(row)}"


@pytest.mark.parametrize("name", EVERY)
def test_the_printed_query_gives_the_untreated_value(name, drawn_workspace, drawn_country, every_cell):
    assert name in every_cell, "the drawn country has cells of every indicator"
    agrees(drawn_workspace, drawn_country, every_cell[name], 8, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_a_hundred_printed_queries_of_each_indicator_give_the_untreated_value(name, drawn_workspace, drawn_country, every_cell):
    agrees(drawn_workspace, drawn_country, every_cell[name], 100, seed=2)


def test_a_cell_that_nobody_is_in_is_zero(drawn_workspace, drawn_country):
    query = indicators.query_for_cell(drawn_workspace, "FLW-01", "2024", country=drawn_country, citizenship="NOR")
    assert query.run(drawn_workspace) == 0


def test_an_explanation_walks_from_the_figure_to_its_deliveries(drawn_workspace, drawn_country):
    found = indicators.explain(drawn_workspace, "FLW-01", "2024", country=drawn_country, citizenship="TUR")
    assert found.untreated is None and found.value % 5 == 0 and found.treatment == "rounded"
    assert found.dims["citizenship"] == "TUR" and found.dims["sex"] == "_T"
    assert [step.step for step in found.steps] == ["indicators", "disclosure"], "the steps before them were not run here"
    crossings = next(feed for feed in found.feeds if feed.feed == "az.sbs.crossings")
    assert (crossings.rows, crossings.rows_read, crossings.rows_quarantined, crossings.last_on) == (100, 98, 1, "2026-06-30")
    assert found.query.tables["residence_spells"] == 1
    for lang in ("az", "en", "ru"):
        text = found.as_text(lang)
        assert found.says[lang] in text and found.population[lang] in text and "az.sbs.crossings" in text and "residence_spells v1" in text
    assert json.loads(json.dumps(found.as_dict(), default=str))["query"]["tables"]["residence_spells"] == 1


@pytest.mark.parametrize("asked", [("FLW-01", "2024"), ("FLW-03", "2024"), ("STK-05", "2024"), ("ADM-03", "2024"), ("EXT-NETMIG", "2022")])
@pytest.mark.parametrize("lang", ["az", "ru"])
def test_a_page_in_another_language_has_no_english_sentence(drawn_workspace, drawn_country, asked, lang):
    try:
        told = indicators.explain(drawn_workspace, *asked, country=drawn_country).as_text(lang)
    except DataError:  # a figure that the drawn records do not carry is refused in words
        pytest.skip(f"{asked[0]} has no cell here")
    words = told.partition(f"\n{WORDS['query'][lang]}\n")[0]  # the query below is code
    # A definition's rule is code bound by words; published rows are cited in the words of their source.
    words = "\n".join(line for line in words.split("\n") if not line.startswith(WORDS["formula"][lang]) and not re.match(r"  \S+, ", line))
    english = {text["en"] for table in (WORDS, TREATMENT, STATUS, COLOUR, UNIT) for text in table.values() if text["en"] not in (text["az"], text["ru"])}
    found = [text for text in english if len(text) > 4 and re.search(rf"(?<![\w.]){re.escape(text)}(?![\w.])", words)]
    assert not found
    assert not re.search(r"\b(of|the|and|with|within|from|people|who)\b", words)


def test_a_published_interval_is_made_from_published_counts_and_shown(drawn_workspace, drawn_country):
    con = drawn_workspace.connect()
    parts = """
        select s.period, s.citizenship, s.interval_low, s.interval_high, g.value as granted, g.value + r.value as decided
        from safe_cubes s, safe_cubes g, safe_cubes r
        where s.indicator = 'ADM-05' and s.procedure = '_T' and s.channel = '_T' and s.citizenship <> '_T' and s.value is not null
          and g.indicator = 'ADM-01' and g.kind = 'granted' and g.procedure = '_T' and g.channel = '_T' and g.period = s.period and g.citizenship = s.citizenship
          and r.indicator = 'ADM-01' and r.kind = 'refused' and r.procedure = '_T' and r.channel = '_T' and r.period = s.period and r.citizenship = s.citizenship"""
    rows = con.sql(parts).to_arrow_table().to_pylist()
    assert rows
    for row in rows:
        share, cases, z = row["granted"] / row["decided"], row["decided"], 1.959963984540054
        half = z * (share * (1 - share) / cases + z * z / (4 * cases * cases)) ** 0.5
        assert row["interval_low"] == pytest.approx(100 * max(share + z * z / (2 * cases) - half, 0) / (1 + z * z / cases))
        assert row["interval_high"] == pytest.approx(100 * (share + z * z / (2 * cases) + half) / (1 + z * z / cases))
    assert con.sql("select count(*) from safe_cubes where treatment = 'withheld' and interval_low is not null").to_arrow_table().to_pylist() == [{"count_star()": 0}]
    found = indicators.explain(drawn_workspace, "ADM-05", rows[0]["period"], country=drawn_country, citizenship=rows[0]["citizenship"])
    assert found.interval == (rows[0]["interval_low"], rows[0]["interval_high"]) and "95 per cent confidence interval (Wilson): " in found.as_text("en")


def test_the_untreated_value_is_opened_for_a_purpose_and_leaves_a_line(drawn_workspace, drawn_country):
    with pytest.raises(AccessError):
        indicators.explain(drawn_workspace, "FLW-01", "2024", country=drawn_country, inside=" ")
    found = indicators.explain(drawn_workspace, "FLW-01", "2024", country=drawn_country, inside="check of a release", actor="tester")
    assert found.untreated == pytest.approx(found.query.run(drawn_workspace))
    last = json.loads(drawn_workspace.audit_log.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["actor"], last["purpose"]) == ("tester", "check of a release")
    assert audit.broken_at(drawn_workspace.audit_log) is None


def test_no_explanation_without_a_purpose_tells_an_untreated_count(drawn_workspace, drawn_country, every_cell):
    for row in random.Random(3).sample([r for r in every_cell["FLW-01"] if 0 < r["value"] < 5], 20):
        try:
            found = indicators.explain(drawn_workspace, "FLW-01", row["period"], country=drawn_country, **asked(row))
        except DataError:
            continue  # the category is in no published cell
        assert found.value in (0, 5) and found.share_imputed is None


def test_a_published_figure_shows_its_source_row_and_citation(drawn_workspace, drawn_country):
    found = indicators.explain(drawn_workspace, "EXT-NETMIG", "2022", country=drawn_country)
    assert found.treatment == "public_source" and found.value == found.rows[0].value
    assert found.rows[0].feed == "world.un.wpp_2024" and "World Population Prospects" in found.rows[0].citation
    assert [feed.feed for feed in found.feeds] == ["world.un.wpp_2024"]
    assert found.rows[0].citation in found.as_text("en")


def test_a_figure_made_of_published_figures_shows_the_rows_of_both(drawn_workspace, drawn_country):
    found = indicators.explain(drawn_workspace, "EXT-REMGDP", "2022", country=drawn_country)
    assert len(found.rows) == 2 and found.value == pytest.approx(100 * found.rows[0].value / found.rows[1].value)


def test_mistakes_are_answered_with_what_there_is(drawn_workspace, drawn_country):
    with pytest.raises(DataError, match="FLW-01"):
        indicators.explain(drawn_workspace, "FLW-1", "2024", country=drawn_country)
    with pytest.raises(DataError) as said:
        indicators.explain(drawn_workspace, "FLW-01", "2024", country=drawn_country, citizen="TUR")
    assert "did you mean 'citizenship'" in str(said.value)
    with pytest.raises(DataError, match="do not cover 2019"):
        indicators.explain(drawn_workspace, "FLW-01", "2019", country=drawn_country)
    with pytest.raises(DataError, match="kind=received"):
        indicators.explain(drawn_workspace, "ADM-01", "2024", country=drawn_country)


def test_a_corrupted_delivery_changes_the_explanation(drawn_workspace, drawn_country, tmp_path):
    ws = Workspace.open(shutil.copytree(drawn_workspace.root, tmp_path / "copy"))
    before = indicators.explain(ws, "TMP-01", "2024", country=drawn_country, inside="before")
    kept = [row for row in drawn_tables()["crossing"] if not (row["crossed_on"].year == 2024 and row["crossed_on"].month == 5)]
    sent = ledgers([f.feed for f in before.feeds])["deliveries"]
    sent[0] |= {"sha256": "f" * 64, "rows_read": 40, "rows_quarantined": 59}
    with ws.lock():
        with ws.transaction() as tx:
            tx.write("crossing", arrow("crossing", kept))
            tx.write("deliveries", arrow("deliveries", sent))
        run_step(ws, indicators.STEP)
        run_step(ws, disclosure.STEP)
    after = indicators.explain(ws, "TMP-01", "2024", country=drawn_country, inside="after")
    assert after.untreated < before.untreated
    assert after.query.tables["crossing"] == before.query.tables["crossing"] + 1
    assert after.feeds[0].content != before.feeds[0].content and after.feeds[0].rows_quarantined == 59
    assert before.query.run(ws) == before.untreated, "the old query on the old versions still gives the old value"
    assert after.query.run(ws) == after.untreated


def test_the_same_tables_give_the_same_cubes(drawn_workspace, tmp_path):
    ws = Workspace.create(tmp_path / "again", packs=["az", "world"])
    fill(ws, whole_country())
    with ws.lock():
        run_step(ws, indicators.STEP)
        assert run_step(ws, indicators.STEP) is None, "nothing changed, nothing runs"
    assert ws.version("cubes").content == drawn_workspace.version("cubes").content
