"""Vintages and provisional migrations in, what everybody may see out: rounded as the published figures are, and nothing of a few."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner

from karvan import disclosure, line
from karvan.cli.revisions import revisions
from karvan.country import for_workspace
from karvan.disclosure.rounding import key_for_rounding
from karvan.errors import DataError, PackError
from karvan.indicators.compute import bench, cube
from karvan.revisions import publish
from karvan.revisions.declared import declared, read
from karvan.revisions.published import safe_provisional
from karvan.synth.make import make
from karvan.tables import DIMENSIONS
from karvan.workspace import Workspace

pytestmark = pytest.mark.xdist_group("revised")      # the country is made once
KNOWN_ON = date(2026, 6, 30)
OF_FLOW = {"FLW-01": {"id": "FLW-01", "count": "residence_spells"}}


def provisional(**more):
    row = {"flow": "immigration", "period": "2025", "citizenship": "_T", "decided": 264.0, "open": 492, "value": 597.8, "standard_error": 6.3}
    return safe_provisional([row | more], {"immigration": "FLW-01"}, OF_FLOW, b"key", known_on=KNOWN_ON)


def test_a_provisional_figure_is_told_in_steps_of_the_base_with_its_standard_error_and_what_it_waits_for():
    (row,) = provisional()
    assert all(row[name] % 5 == 0 for name in ("decided", "open", "value", "low", "high"))
    assert abs(row["value"] - 597.8) < 5 and row["standard_error"] == 7
    assert row["high"] - row["value"] == 15 + 5, "1.96 x 6.3 up to the base, and what rounding can do"
    assert row["final_on"] == date(2027, 5, 2), "487 days after the last day of the year"


def test_of_few_open_crossings_neither_their_number_nor_their_spread_is_told():
    (row,) = provisional(open=29)
    assert [row[name] for name in ("open", "standard_error", "low", "high")] == [None] * 4 and row["value"] is not None


@pytest.mark.parametrize("more", [{"open": 0}, {"period": "2026"}, {"period": "2026-07"}, {"citizenship": "TUR"}, {"flow": "emigration"}])
def test_what_is_decided_has_not_ended_or_was_not_asked_for_is_not_published(more):
    assert provisional(**more) == []


@pytest.mark.parametrize(("said", "words"), [
    ({"figure": []}, "no key 'figure'"), ({"figures": ["FLW-1"]}, "no indicator 'FLW-1'"), ({"provisional": {"in": "FLW-01"}}, "no flow 'in'"), ({"every": 0}, "from 1 to 60"),
])  # fmt: skip
def test_a_declaration_that_is_not_understood_is_refused(said, words):
    with pytest.raises(PackError, match=words):
        read(said, "revisions.yaml", known={"FLW-01"})


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Workspace:
    """A small synthetic country with persons, life courses and households; no figures yet."""
    ws = Workspace.create(tmp_path_factory.mktemp("revised") / "ws", packs=["az", "world"])
    make(for_workspace(ws), seed=1, residents=800, extracts=ws.extracts, truth=ws.root / "truth")
    line.run(ws, through="households")
    return ws


def as_published(ws: Workspace, names: list[str]) -> list[tuple]:
    """Totals of the tables in force, made safe as the line does it."""
    con, known = ws.connect(), for_workspace(ws)
    place = bench(con, known)
    for name in names:
        cube(place, place.known[name])
    con.execute("create temp table made as " + " union all by name ".join(f"from {table}" for table in place.done.values()))
    con.execute("create or replace temp view cubes as from made")
    safe = disclosure.treat(con, known.indicators, key_for_rounding(ws.pseudonym_key()))
    whole = " and ".join(f"coalesce({d} = '_T', true)" for d in DIMENSIONS)
    return sorted(row for name in names for row in con.execute(f"select indicator, period, value, obs_status from {safe[name]} where {whole}").fetchall())


def test_the_newest_vintage_is_the_published_figure_and_every_other_is_rounded_like_it(country):
    names = ["FLW-01", "FLW-03", "STK-01"]
    with country.lock():
        told = {row["indicator"]: row for row in publish(country, names, [date(2024, 6, 30)])}
    assert {name: row["vintages"] for name, row in told.items()} == dict.fromkeys(names, 2)
    assert told["FLW-01"]["provisional"] or "Too few decided crossings" in told["FLW-01"]["why_not"]
    con = country.connect()
    newest = "vintage_on = (select max(vintage_on) from safe_vintages)"
    assert con.execute(f"select indicator, period, value, obs_status from safe_vintages where {newest} order by all").fetchall() == as_published(country, names)
    assert con.execute("select count(*), count(*) filter (value % 5 <> 0) from safe_vintages where vintage_on = '2024-06-30'").fetchall() == [(10, 0)]
    assert con.execute("select distinct dated_on from safe_vintages where period = '2023' order by all").fetchall() == [(date(2022, 12, 31),), (None,)], "a stock on 1 January, a flow of the year"


def test_without_a_name_the_figures_of_the_pack_are_published_and_without_those_it_says_so(country, monkeypatch):
    assert declared(for_workspace(country)).figures == ("FLW-01", "FLW-02", "FLW-03", "POP-01", "STK-01")
    monkeypatch.setattr("karvan.revisions.published.declared", lambda _country: read({}, "", known=set()))
    with country.lock(), pytest.raises(DataError, match="no pack declares one"):
        publish(country)


@pytest.mark.parametrize(("asked", "words"), [
    (["FLW-01", "citizenship=TUR", "--publish"], "Totals alone are published"), (["FLW-01", "--publish", "--inside", "a look"], "nothing untreated is shown"),
    (["FLW-01", "FLW-02", "--inside", "a look"], "One indicator is shown at a time"), (["--inside", "a look"], "none is named"), (["FLW-01"], "computed for a purpose"),
])  # fmt: skip
def test_what_cannot_be_asked_together_is_said(country, asked, words):
    wrong = CliRunner().invoke(revisions, [*asked, "-w", str(country.root)], standalone_mode=False)
    assert isinstance(wrong.exception, DataError) and words in str(wrong.exception)


def test_the_command_keeps_the_vintages_and_says_how_many(country):
    told = json.loads(CliRunner().invoke(revisions, ["FLW-01", "--publish", "--on", "2024-12-31", "--json", "-w", str(country.root)], standalone_mode=False).output)
    assert [(row["indicator"], row["vintages"]) for row in told] == [("FLW-01", 2)]
    assert country.connect().execute("select count(distinct vintage_on) from safe_vintages where indicator = 'FLW-01'").fetchall() == [(2,)]
