"""Uncertainty carried on: figures under drawn links and guesses, put together; the figures in force stay as they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pyarrow as pa
import pytest
from click.testing import CliRunner

from drawn import ARROW, Drawn, drawn, table
from karvan import disclosure, households, indicators, lifecourse, line
from karvan.cli import karvan
from karvan.country import for_workspace
from karvan.errors import DataError
from karvan.indicators import explain
from karvan.synth.make import make
from karvan.tables import DIMENSIONS, TABLES
from karvan.uncertainty import CELL, asked, carry, intervals, put_together_sql
from karvan.workspace import Workspace, run_step

pytestmark = pytest.mark.xdist_group("intervals")

# The links in force say that a Georgian came in May 2022 and was not seen leaving, so that she left soon, and that another went out in May 2024. In three draws of six the two
# are one, who lived here for two years. K lived here in every draw.
CROSSINGS = table("""
    record_id | feed             | direction | crossed_at          | crossed_on | decision | citizenship | bcp
    a         | az.sbs.crossings | in        | 2022-02-05T09:00:00 | 2022-02-05 | admitted | GEO         | X
    b         | az.sbs.crossings | out       | 2022-03-25T09:00:00 | 2022-03-25 | admitted | GEO         | X
    c         | az.sbs.crossings | in        | 2022-05-05T09:00:00 | 2022-05-05 | admitted | GEO         | X
    d         | az.sbs.crossings | out       | 2024-05-25T09:00:00 | 2024-05-25 | admitted | GEO         | X
    k         | az.sbs.crossings | in        | 2022-01-15T09:00:00 | 2022-01-15 | admitted | TUR         | X
    l         | az.sbs.crossings | out       | 2024-01-15T09:00:00 | 2024-01-15 | admitted | TUR         | X
""")
LINKS = table("""
    record_id | person_id | level    | probability
    a         | P1        | document | 0.9
    b         | P1        | document | 0.9
    c         | P1        | document | 0.9
    d         | P2        | document | 1.0
    k         | K         | document | 1.0
    l         | K         | document | 1.0
""")
PERSONS = table("""
    person_id | sex | birth_year | records
    P1        | F   | 1990       | 3
    P2        | F   | 1990       | 1
    K         | M   | 1980       | 2
""")
DRAWS = table("""
    draw | record_id | person_id
    1    | d         | P1
    2    | d         | P1
    3    | d         | P1
""")
DRAW_PERSONS = table("""
    draw | person_id | sex | birth_year | records
    1    | P1        | F   | 1990       | 4
    2    | P1        | F   | 1990       | 4
    3    | P1        | F   | 1990       | 4
""")
COMPLETENESS = table("""
    feed             | point | first_on   | complete_until_on
    az.sbs.crossings | X     | 2021-01-01 | 2025-12-31
""")


def whole(name: str, rows: Drawn) -> pa.Table:
    """A drawn table with every declared column."""
    data = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
    return pa.Table.from_pylist(data, schema=pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns]))


@pytest.fixture
def two_or_one(tmp_path) -> Workspace:
    """A workspace in which two persons may be one."""
    ws = Workspace.create(tmp_path / "ws", packs=["az"])
    tables = {"crossing": CROSSINGS, "links": LINKS, "persons": PERSONS, "link_draws": DRAWS, "link_draw_persons": DRAW_PERSONS, "completeness": COMPLETENESS}
    with ws.lock():
        with ws.transaction() as tx:
            for name, rows in tables.items():
                tx.write(name, whole(name, rows))
        for step in (lifecourse.STEP, indicators.STEP, disclosure.STEP):
            run_step(ws, step)
    return ws


def drawn_for(ws: Workspace, name: str, draws: int = 6) -> list[dict]:
    country = for_workspace(ws)
    with ws.lock():
        return intervals(ws, [asked(name, country)], draws=draws, seed=1, country=country, guesses=False)


def totals(con, source: str, columns: str) -> Drawn:
    """The totals of a table of cells, by period."""
    only = " and ".join(f"coalesce({d}, '_T') = '_T'" for d in DIMENSIONS)
    return drawn(con.sql(f"select {columns.replace(' ', ', ')} from {source} where {only} order by period"), columns)


def contents(ws: Workspace) -> dict[str, str]:
    """Content hash of every table in force."""
    return {name: ws.version(name).content for name in ws.head().tables}


def test_where_two_persons_may_be_one_the_interval_spans_both(two_or_one):
    [row] = drawn_for(two_or_one, "FLW-01")
    con = two_or_one.connect()
    assert totals(con, "(select * replace (round(high, 2) as high, round(between, 2) as between) from cube_intervals)", "period draws value mean low high differing between") == table("""
        period | draws | value | mean | low | high | differing | between
        2021   | 6     | 0     | 0    |     |      | 0         | 0
        2022   | 6     | 1     | 1.5  | 0   | 3.02 | 3         | 0.3
        2023   | 6     | 0     | 0    |     |      | 0         | 0
        2024   | 6     | 0     | 0    |     |      | 0         | 0
        2025   | 6     | 0     | 0    |     |      | 0         | 0
    """)    # mean 1.5, and t of 5 degrees of freedom times the root of 7/6 of the variance 0.3 on either side; a count is not below 0
    assert row["cells"] > 5 and 0 < row["moving"] < 1 and row["outside"] == 0
    here = con.sql("select * from cube_intervals where citizenship = 'GEO' and period = '2022' and sex = '_T' and age_group = '_T' and reason = '_T'")
    assert drawn(here, "value mean draws") == table("""
        value | mean | draws
              | 0.5  | 6
    """)    # the cell is not in force at all: 0 there, and 0 in the draws that do not have it


def test_what_is_in_force_stays_in_force(two_or_one):
    before = contents(two_or_one), two_or_one.head().runs
    drawn_for(two_or_one, "FLW-01")
    after = contents(two_or_one), two_or_one.head().runs
    assert {name for name in after[0] if after[0][name] != before[0].get(name)} == {"cube_intervals", "safe_intervals"}
    assert after[1] == before[1]
    assert list((two_or_one.root / ".tmp").glob("draw-*")) == []


def test_the_published_interval_stands_around_the_rounded_count_and_holds_the_inner_one(two_or_one):
    drawn_for(two_or_one, "FLW-01")
    drawn_for(two_or_one, "FLW-03")
    con = two_or_one.connect()
    found = con.sql("""
        select i.indicator, i.low as inner_low, i.high as inner_high, s.low, s.high, s.value as rounded from safe_intervals s join cube_intervals i using (indicator, period, sex, age_group, citizenship, birth_country, region)
        where s.previous_country is not distinct from i.previous_country and s.reason is not distinct from i.reason""").fetchall()
    assert {name for name, *_ in found} == {"FLW-01", "FLW-03"}
    assert all(low <= inner_low and inner_high <= high and (high - rounded) % 5 == 0 and low in (0, 2 * rounded - high) for _, inner_low, inner_high, low, high, rounded in found)
    assert disclosure.audit_intervals(con, for_workspace(two_or_one).indicators)[0] == []


def test_who_lives_together_is_made_anew_of_each_draw(two_or_one):
    """K has a dwelling and lived here in every draw; the other has one too, and lived here in three draws of six."""
    permits = table("""
        record_id | feed           | decision | valid_from_on | valid_to_on | dwelling_key
        p         | az.sms.permits | granted  | 2022-05-10    | 2022-06-10  | D1
        q         | az.sms.permits | granted  | 2022-02-01    | 2022-06-10  | D2
    """)
    links = Drawn(LINKS.columns, [*LINKS.rows, ("p", "P1", "document", 0.9), ("q", "K", "document", 1.0)])
    covered = Drawn(COMPLETENESS.columns, [*COMPLETENESS.rows, ("az.sms.permits", None, date(2021, 1, 1), date(2025, 12, 31))])
    with two_or_one.lock():
        with two_or_one.transaction() as tx:
            for name, rows in (("permit", permits), ("links", links), ("completeness", covered)):
                tx.write(name, whole(name, rows))
        for step in (lifecourse.STEP, households.STEP, indicators.STEP, disclosure.STEP):
            run_step(two_or_one, step)
    drawn_for(two_or_one, "HHD-01")
    con = two_or_one.connect()
    found = "(select * replace (round(high, 2) as high, round(between, 2) as between) from cube_intervals where region = '_T' and kind = 'with_foreigner' and period < '2024')"
    assert drawn(con.sql(f"select period, draws, value, mean, low, high, differing, between from {found} order by period"), "period draws value mean low high differing between") == table("""
        period | draws | value | mean | low | high | differing | between
        2021   | 6     | 0     | 0    |     |      | 0         | 0
        2022   | 6     | 1     | 1.5  | 0   | 3.02 | 3         | 0.3
        2023   | 6     | 1     | 1.5  | 0   | 3.02 | 3         | 0.3
    """)    # nothing is declared of households: where no draw moves a figure, it has no interval rather than one without width
    assert con.sql("select count(*) from households where foreigners > 0").fetchall() == [(1,)], "households in force stay as they are"
    assert explain(two_or_one, "HHD-01", "2021", kind="with_foreigner", inside="test").uncertainty is None


def test_the_explanation_shows_the_interval_until_the_cell_changes(two_or_one):
    drawn_for(two_or_one, "FLW-01")
    published, inside = explain(two_or_one, "FLW-01", "2022"), explain(two_or_one, "FLW-01", "2022", inside="test")
    assert (published.uncertainty.draws, inside.uncertainty.draws) == (6, 6)
    assert (inside.uncertainty.low, round(inside.uncertainty.high, 2)) == (0, 3.02)
    assert published.uncertainty.high == published.value + 10    # 2.02 from 1 to 3.02 reaches to the next multiple of 5, and rounding may have moved the count by another 5
    assert "interval from 6 draws of links and guesses, rounding included" in published.as_text("en") and "восстановления: 6" in published.as_text("ru") and "variantları: 6" in published.as_text("az")
    with two_or_one.lock():
        with two_or_one.transaction() as tx:
            tx.write("links", whole("links", Drawn(LINKS.columns, [(r, "K" if r == "d" else p, *more) for r, p, *more in LINKS.rows])))
            tx.write("crossing", whole("crossing", Drawn(CROSSINGS.columns, [row for row in CROSSINGS.rows if row[0] not in ("k", "l")])))
        for step in (lifecourse.STEP, indicators.STEP, disclosure.STEP):
            run_step(two_or_one, step)
    assert explain(two_or_one, "FLW-01", "2022").uncertainty is None
    assert explain(two_or_one, "FLW-01", "2022", inside="test").uncertainty is None


def test_what_cannot_have_an_interval_says_why(two_or_one):
    with pytest.raises(DataError, match="4 draws are too few"):
        carry(two_or_one, ["FLW-01"], draws=4, seed=1)
    with pytest.raises(DataError, match="no indicator 'FLW-1'") as wrong:
        carry(two_or_one, ["FLW-1"], draws=20, seed=1)
    assert "FLW-0" in wrong.value.fix
    with two_or_one.lock(), two_or_one.transaction() as tx:
        tx.write("links", whole("links", Drawn(LINKS.columns, LINKS.rows[:-1])))
    with pytest.raises(DataError, match="not made of today's data"):
        carry(two_or_one, ["FLW-01"], draws=20, seed=1)


def test_a_ratio_has_no_value_in_a_draw_that_lacks_it_and_a_share_stays_within_its_bounds(two_or_one):
    """GEO has a rate in four draws of six: too few for an interval. TUR has one in all, near 100."""
    con = two_or_one.connect()
    con.execute(f"create temp table drawn as select {CELL}, value, value as sampling, vintage, cast(0 as bigint) as draw from cubes limit 0")
    for draw, geo, tur in [(0, 50.0, 98.0), (1, 40.0, 98.0), (2, 60.0, 99.0), (3, 50.0, 98.0), (4, 50.0, 98.0), (5, None, 97.0), (6, None, 98.0)]:
        for citizenship, value in (("GEO", geo), ("TUR", tur)):
            if value is not None:
                con.execute("insert into drawn by name select 'ADM-05' as indicator, '2024' as period, $1 as citizenship, $2::double as value, 1.0 as sampling, 'v' as vintage, $3::bigint as draw", [citizenship, value, draw])
    con.execute(f"create temp table modelled as select {CELL}, value as model from drawn limit 0")
    made = put_together_sql(asked("ADM-05", for_workspace(two_or_one)), 6)
    found = con.sql(f"select * replace (round(low, 2) as low) from ({made}) order by citizenship")
    assert drawn(found, "citizenship draws value mean low high differing within") == table("""
        citizenship | draws | value | mean | low   | high | differing | within
        GEO         | 4     | 50    | 50   |       |      | 4         |
        TUR         | 6     | 98    | 98   | 95.57 | 100  | 2         | 1
    """)    # variance 1 + 7/6 x 0.4, t of 5 x (1 + 1 / 0.467)^2 = 49 degrees of freedom 2.01: 98 - 2.43


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Workspace:
    """A small synthetic country, its line run, with many defects so that links are unsure."""
    ws = Workspace.create(tmp_path_factory.mktemp("intervals") / "ws", packs=["az", "world"])
    make(for_workspace(ws), seed=3, residents=500, extracts=ws.extracts, truth=ws.root / "truth", defect_rates=4.0)
    line.run(ws)
    return ws


def command(ws: Workspace, *words: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "karvan", "indicators", "intervals", *words, "-w", str(ws.root)], env=os.environ | env, capture_output=True, text=True)


def test_the_same_seed_gives_the_same_intervals_and_a_killed_run_leaves_those_before(country):
    kept = ("cube_intervals", "safe_intervals")

    def made(seed: str) -> dict[str, str]:
        done = CliRunner().invoke(karvan, ["indicators", "intervals", "TMP-03", "ADM-05", "--draws", "5", "--seed", seed, "-w", str(country.root), "--json"])
        assert done.exit_code == 0, done.output
        assert [row["indicator"] for row in json.loads(done.output)] == ["TMP-03", "ADM-05"]
        return {name: contents(country)[name] for name in kept}

    first = made("1")
    for point in ("link_draws:written", "cube_intervals:written"):
        assert command(country, "TMP-03", "ADM-05", "--draws", "5", "--seed", "2", KARVAN_FAULT=point).returncode == 137
        assert {name: contents(country)[name] for name in kept} == first, point
    second = made("2")
    assert made("1") == first != second
    assert [path for path in country.root.rglob("*.draft") if path.is_file()] == []
    with country.lock():
        run_step(country, disclosure.STEP, force=True)
    assert {name: contents(country)[name] for name in kept} == first, "the step disclosure makes of the same intervals the same safe ones"


def test_chance_is_added_where_an_indicator_declares_an_interval(country):
    command(country, "ADM-05", "--draws", "5")
    found = country.connect().sql("select value, low, high, within from cube_intervals where indicator = 'ADM-05' and value between 1 and 99").fetchall()
    assert found and all(within > 0 and low < value < high for value, low, high, within in found)
    published = country.connect().sql("select value, low, high from safe_intervals where indicator = 'ADM-05'").fetchall()
    assert published and all(0 <= low <= value <= high <= 100 for value, low, high in published)


def test_published_tables_have_no_linkage_error(country):
    with pytest.raises(DataError, match="EXT-GDP is made of published tables"):
        carry(country, ["EXT-GDP"], draws=5, seed=1)
