"""Life courses under draws: whoever is the same person under another number lives the same life; guesses by lot stay within what was seen; what the pack declares is in the interval."""

from __future__ import annotations

import shutil

import pytest

from karvan import indicators, line
from karvan.country import for_workspace
from karvan.errors import DataError, PackError
from karvan.linkage import draw
from karvan.synth.make import make
from karvan.uncertainty import CELL, Declared, Error, asked, carry, carry_declared, compute_drawn, declared, put_together_sql
from karvan.uncertainty.courses import OF_PERSONS, Courses, columns_of
from karvan.uncertainty.declared import read
from karvan.workspace import Workspace, run_step

pytestmark = pytest.mark.xdist_group("uncertainty")
# Half of those of whom nothing is guessed, each under another number in the one draw.
RENAMED = """
create or replace temp table renamed as
select person_id from persons where hash(person_id) % 2 = 0 and person_id not in (select person_id from presence_spells where entry_imputed or exit_imputed or closed_by = 'censored' or entered_on is null);
create or replace temp table link_draws as select 1::bigint as draw, record_id, 'N' || person_id as person_id from links semi join renamed using (person_id);
create or replace temp table link_draw_persons as select 1::bigint as draw, * replace ('N' || person_id as person_id) from persons semi join renamed using (person_id)
"""


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Workspace:
    """A small synthetic country with many defects, its line run through the cubes."""
    ws = Workspace.create(tmp_path_factory.mktemp("uncertainty") / "ws", packs=["az", "world"])
    make(for_workspace(ws), seed=3, residents=400, extracts=ws.extracts, truth=ws.root / "truth", defect_rates=3.0)
    line.run(ws, through="households")
    with ws.lock():
        run_step(ws, indicators.STEP)
    return ws


def test_under_another_number_everybody_lives_the_same_life(country):
    con = country.connect()
    for statement in RENAMED.split(";"):
        con.execute(statement)
    [(people, records)] = con.sql("select (select count(*) from renamed), (select count(*) from link_draws)").fetchall()
    assert people > 50 and records > people
    courses = Courses(con, for_workspace(country), draws=1, seed=1, guesses=False)
    courses.lay(1)
    for table in OF_PERSONS:
        con.execute(f"""create or replace temp table here as select {columns_of(table, "case when person_id like 'NP%' then substr(person_id, 2) else person_id end")} from {table}""")
        con.execute(f"create or replace temp table there as select {columns_of(table)} from force_{table}")
        if table == "residence_spells":      # rules that stand beside for comparison are not drawn
            for side in ("here", "there"):
                con.execute(f"delete from {side} where rule not in ('UR-12/16', 'UR-EXP', 'UR-PRE')")
        assert con.sql("(from here except all from there) union all (from there except all from here) limit 3").fetchall() == [], table


def test_figures_move_only_by_what_is_drawn(country):
    """The same draws of names only leave every cell as it is, computed from the few people touched, and taken from everybody, with cases and households made anew, alike."""
    con = country.connect()
    for statement in RENAMED.split(";"):
        con.execute(statement)
    definitions = [asked(name, for_workspace(country)) for name in ("FLW-01", "STK-03", "HHD-01", "HHD-02", "FAM-01")]
    compute_drawn(con, definitions, for_workspace(country), draws=1, seed=1, guesses=False)
    moved = con.sql(f"select {CELL} from drawn group by all having count(distinct coalesce(value, 0)) > 1").fetchall()
    assert moved == []
    assert {name for (name,) in con.sql("select distinct indicator from drawn where draw = 1 and value > 0").fetchall()} >= {"FLW-01", "STK-03", "HHD-01", "HHD-02", "FAM-01"}


def test_guesses_by_lot_stay_within_what_was_seen(country):
    with country.lock():
        draw(country, draws=4, seed=1)
    con = country.connect()
    Courses(con, for_workspace(country), draws=4, seed=1)
    ordered = "select *, lag(left_on) over (partition by draw, person_id order by spell_no) as before_on from drawn_presence_spells"
    assert con.sql(f"from ({ordered}) where left_on < entered_on or entered_on < before_on").fetchall() == []
    assert con.sql("select count(*) from drawn_presence_spells where (left_on is null) <> (closed_by = 'censored')").fetchall() == [(0,)]
    [(differing,)] = con.sql("select count(*) from (select person_id, spell_no from drawn_presence_spells where entry_imputed or exit_imputed group by all having count(distinct (entered_on, left_on)) > 1)").fetchall()
    assert differing > 0
    first = con.sql("select * from drawn_residence_spells order by all").fetchall()
    for seed, same in ((1, True), (2, False)):
        other = country.connect()
        Courses(other, for_workspace(country), draws=4, seed=seed)
        assert (other.sql("select * from drawn_residence_spells order by all").fetchall() == first) is same


def test_intervals_that_the_pack_declares_are_made_once(country):
    names = declared(for_workspace(country)).figures
    with country.lock():
        done = carry_declared(country)
        assert [row["indicator"] for row in done] == list(names)
        assert carry_declared(country) == []
    con = country.connect()
    found = con.sql("select indicator, min(model) filter (value > 0), bool_and(low <= mean and mean <= high) from cube_intervals group by 1").fetchall()
    assert len(found) == len(names) and all(inside for *_, inside in found)
    assert all(least > 0 for name, least, _ in found if name in ("POP-01", "FLW-01", "FLW-03"))


@pytest.mark.parametrize(("name", "counts"), [("ASY-04", "people in asylum cases"), ("ASY-05", "people in asylum cases"), ("TMP-01", "border crossings")])
def test_of_figures_that_no_draw_can_move_no_interval_is_made(country, name, counts):
    with pytest.raises(DataError, match=f"{name} counts {counts}.*an interval without width would say that it is exact"):
        asked(name, for_workspace(country))


def test_of_links_that_changed_since_nothing_is_drawn(tmp_path, country):
    """A draw would differ from the figures in force by more than its links."""
    ws = Workspace.open(shutil.copytree(country.root, tmp_path / "ws"))
    with ws.lock(), ws.transaction() as tx:
        tx.write("links", ws.connect().sql("from links limit 100"))
    with ws.lock(), pytest.raises(DataError, match="not made of today's data"):
        carry(ws, ["FLW-01"], draws=5, seed=1)


def test_a_declared_error_is_added_to_what_draws_show(country):
    """100 people counted in every draw: nothing between them; declared are 3 per cent of the whole and a variance of 0.07 for each: (3^2 + 7) = 16, so 1.96 x 4 on either side."""
    con = country.connect()
    con.execute(f"create temp table drawn as select {CELL}, value, value as sampling, vintage, cast(0 as bigint) as draw from cubes limit 0")
    con.execute("insert into drawn by name select 'FLW-01' as indicator, '2024' as period, 100.0 as value, 0.0 as sampling, 'v' as vintage, unnest(range(6)) as draw")
    con.execute(f"create temp table modelled as select {CELL}, value as model from drawn limit 0")
    con.execute("insert into modelled by name select 'FLW-01' as indicator, '2024' as period, $1::double as model", [Error(0.03, 0.07).variance(100)])
    [(low, high, model)] = con.sql(f"select round(low, 2), round(high, 2), model from ({put_together_sql(asked('FLW-01', for_workspace(country)), 5)})").fetchall()
    assert (low, high, round(model, 6)) == (92.16, 107.84, 16.0)


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"figure": ["FLW-01"]}, "no key 'figure'"),
        ({"errors": {"residence_spells": {"on": {"finally": {"whole": 0.1, "each": 0.1}}}}}, "no dating and status"),
        ({"errors": {"residence_spells": {"on": {"final": {"whole": -0.1, "each": 0.1}}}}}, "numbers from 0"),
    ],
)
def test_a_wrong_declaration_says_where(said, match):
    with pytest.raises(PackError, match=match):
        read(said, "uncertainty.yaml")


def test_where_nothing_is_declared_nothing_is_added():
    assert read({}, "uncertainty.yaml") == Declared()
