"""Totals that the publishers themselves state come out of the contracts, from the files that the packs carry.

Source of each expected figure: the publication named in the contract's citation, as checked when its file was taken in.
"""

import os
import shutil
from pathlib import Path

import pytest

from karvan.country import for_workspace
from karvan.workspace import Workspace, run_step

PACKS = ["az", "world", "open_us"]
SHARED = os.environ.get("KARVAN_SHARED")
COUNTRY = "area not like '\\_%' escape '\\' and area is not null"


def taken_in(root: Path, *, full: bool):
    """A connection to a workspace that has read the packs' samples; the full files of the same names where `full`."""
    from karvan import intake

    ws = Workspace.create(root / "ws", packs=PACKS)
    for feed, files in for_workspace(ws).samples.items():
        (ws.extracts / feed).mkdir(parents=True)
        for file in files:
            wanted = next(Path(SHARED).joinpath("data").rglob(file.name), file) if full else file
            shutil.copyfile(wanted, ws.extracts / feed / file.name)
    with ws.lock():
        run_step(ws, intake.STEP)
    return ws.connect()


@pytest.fixture(scope="module")
def con(tmp_path_factory):
    return taken_in(tmp_path_factory.mktemp("published"), full=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    if not SHARED:
        pytest.skip("KARVAN_SHARED names no folder with the full files")
    return taken_in(tmp_path_factory.mktemp("whole"), full=True)


def total(con, where: str) -> float:
    return con.sql(f"select sum(value) from observation where {where}").fetchall()[0][0]


STOCK = "source = 'UN_IMS_2024' and period = '2024'"
HCR = "source = 'UNHCR_POPULATION' and measure"
KNOWN = [
    (STOCK, 304_021_813, "world, 2024 revision"),
    (f"{STOCK} and area = 'AZE'", 218_460, "in the country"),
    (f"{STOCK} and partner = 'AZE'", 810_116, "abroad"),
    ("source = 'UN_IMS_2024' and period = '2020' and area = 'AZE'", 198_894, "the revision of 2024 for 2020"),
    ("source = 'UN_IMS_2020' and period = '2020' and area = 'AZE' and sex is null", 252_228, "the revision of 2020 for 2020"),
    ("source = 'UN_IMS_2020' and period = '2020' and area is null and sex is null", 280_598_105, "world, 2020 revision, as printed"),
    (f"source = 'UN_IMS_2020' and period = '2020' and sex is null and {COUNTRY}", 280_598_105, "the same, as a sum over countries"),
    ("source = 'UN_IMS_2020' and period = '2020' and area is null and sex is not null", 280_598_105, "the same, as a sum over sexes"),
    (f"{HCR} = 'refugees' and period = '2022'", 29_429_078, "refugees at the end of 2022"),
    (f"{HCR} = 'refugees' and period = '2023'", 31_637_408, "refugees at the end of 2023"),
    (f"{HCR} = 'refugees' and period = '2023' and area = 'AZE' and partner = 'UKR'", 4_206, "from Ukraine"),
    (f"source = 'EUROSTAT_ASYLUM' and period = '2015' and {COUNTRY}", 1_393_290, "first-time applicants without the row of the EU"),
    ("source = 'UN_WPP_2024' and measure = 'net_migration' and period = '2018' and area = 'AZE'", -37_559, "estimate"),
    ("source = 'SSC_PERMANENT_MIGRATION' and measure = 'net_permanent_migration' and period = '2018'", 1_600, "registered"),
    ("source = 'UN_WPP_2024' and measure = 'net_migration' and period = '2022' and area = 'AZE'", 9_086, "estimate"),
    ("source = 'SSC_PERMANENT_MIGRATION' and measure = 'net_permanent_migration' and period = '2022'", 1_800, "registered"),
    ("source = 'WB_WDI' and measure = 'population' and period = '2023' and area = 'AZE'", 10_318_211, "population"),
    ("source = 'WB_WDI' and measure = 'net_migration' and period = '2023' and area = 'AZE'", -84_122, "net migration"),
    ("source = 'REPORTED_FIGURES' and measure = 'foreign_residents_stock' and partner is not null", 118_409, "residents add over citizenship"),
]


@pytest.mark.parametrize(("where", "expected", "what"), KNOWN, ids=[what for _, _, what in KNOWN])
def test_a_published_total_comes_out(con, where, expected, what):
    assert round(total(con, where)) == expected


@pytest.mark.parametrize(
    ("where", "expected", "tolerance"),
    [
        (f"{STOCK} and area = 'USA'", 52.4e6, 0.05e6),
        (f"{HCR} = 'internally_displaced' and period = '2023'", 63.3e6, 0.05e6),
        ("source = 'WB_REMITTANCES' and area is null and partner is null", 463.6e9, 0.05e9),
        ("source = 'WB_REMITTANCES' and area is not null and partner is not null", 463.6e9, 0.05e9),
        ("source = 'WB_REMITTANCES' and area = 'AZE' and partner is null", 1.432e9, 0.001e9),
        ("source = 'WB_REMITTANCES' and area = 'AZE' and partner = 'RUS'", 0.890e9, 0.001e9),
        ("source = 'WB_WDI' and measure = 'remittances_received' and period = '2023' and area = 'AZE'", 1.91e9, 0.01e9),
        ("source = 'WB_WDI' and measure = 'remittances_paid' and period = '2023' and area = 'AZE'", 0.67e9, 0.01e9),
        ("source = 'UN_WPP_2024' and measure = 'births' and period = '2023' and area is null", 132.1e6, 0.05e6),
        ("source = 'UN_WPP_2024' and measure = 'births' and period = '2023' and area = 'AZE'", 125.1e3, 0.1e3),
        ("source = 'UN_WPP_2024' and measure = 'total_fertility' and period = '2023' and area = 'AZE'", 1.67, 0.005),
        (f"source = 'UN_WPP_2024' and measure = 'net_migration' and period = '2023' and {COUNTRY}", 0, 50),
    ],
)
def test_a_published_total_comes_out_as_it_is_rounded(con, where, expected, tolerance):
    assert total(con, where) == pytest.approx(expected, abs=tolerance)


def test_six_methods_disagree_about_one_flow(con):
    flow = "source = 'ABEL_COHEN' and partner = 'AZE' and area = 'RUS' and period = '2015/2019'"
    assert con.sql(f"select count(distinct method), min(value), max(value) from observation where {flow}").fetchall() == [(6, 0, 183_664)]


def test_no_row_of_a_sample_is_lost(con):
    lost = "select feed from deliveries where rows <> rows_read + rows_duplicate + rows_superseded + rows_quarantined + rows_held or state <> 'accepted'"
    assert con.sql(lost).fetchall() == []
    assert con.sql("select sum(rows_quarantined) from deliveries where feed not like 'open_us%'").fetchall() == [(0,)]


def test_every_observation_says_source_citation_and_a_measure_that_is_documented(con):
    known = {c.code for c in load_country().code_list("MEASURE")}
    assert {m for (m,) in con.sql("select distinct measure from observation").fetchall()} <= known
    assert con.sql("select feed from observation where coalesce(citation, '') = '' or coalesce(source, '') = '' group by feed").fetchall() == []
    assert con.sql("select feed from observation where coalesce(period, '') = '' group by feed").fetchall() == [("world.wb.remittances",)]


def load_country():
    from karvan.country import load

    return load(PACKS)


def test_periods_of_reported_figures_are_days_months_years_or_spans(con):
    forms = con.sql(
        "select distinct regexp_replace(period, '[0-9]', '9', 'g') as form from observation where source = 'REPORTED_FIGURES' order by form"
    ).fetchall()
    assert forms == [("9999",), ("9999-99",), ("9999-99-99",), ("9999-99-99/9999-99-99",)]


def test_admissions_for_the_length_of_the_status_have_no_last_lawful_day(con):
    rows = con.sql("select admitted_for_status, count(*), count(admitted_until_on), count(left_on) from stay group by 1 order by 1").fetchall()
    by_kind = {status: (n, until, left) for status, n, until, left in rows}
    assert by_kind[True][0] > 0 and by_kind[True][1] == 0
    assert by_kind[False][1] == by_kind[False][0]
    assert sum(left for _, _, left in by_kind.values()) < sum(n for n, _, _ in by_kind.values())


def test_workers_asked_for_are_counted_not_applications(con):
    applications, workers, without = con.sql("select count(*), sum(workers), count(*) - count(decided_on) from work_permit").fetchall()[0]
    assert workers > 10 * applications
    assert without == con.sql("select count(*) from work_permit where decision = 'pending'").fetchall()[0][0]


@pytest.mark.real_data
def test_the_full_month_of_arrivals(whole):
    read, status, until, gone = whole.sql(
        "select count(*), count(*) filter (admitted_for_status), count(admitted_until_on), count(left_on) from stay"
    ).fetchall()[0]
    assert (read, status) == (199_990, 2_344)
    assert whole.sql("select rows_quarantined from deliveries where feed = 'open_us.cbp.i94'").fetchall() == [(10,)]
    assert read - gone == 6_941
    assert read - until - status == 12


@pytest.mark.real_data
def test_the_full_series_of_labour_demand(whole):
    years = whole.sql(
        "select cast(json_extract_string(extra, '$.FY_FILE') as integer) as year, sum(workers) from work_permit group by year order by year"
    ).fetchall()
    assert [year for year, _ in years] == [2000, 2001, 2002, 2003, 2004, 2005]
    # As filed, less rows that say the same application again: 64 of 43,895.
    filed = [103_280, 132_598, 139_223, 164_550, 203_450, 151_182]
    assert all(0 <= was - now < 0.01 * was for was, (_, now) in zip(filed, years, strict=True))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("where", "expected", "tolerance"),
    [
        ("source = 'ABEL_COHEN' and period = '2015/2019' and method = 'da_pb_closed'", 101.2e6, 0.05e6),
        ("source = 'ABEL_COHEN' and period = '2015/2019' and method = 'da_min_closed'", 46.8e6, 0.05e6),
        ("source = 'EUROSTAT_IMMIGRATION' and period = '2015' and area = 'DEU' and partner is null", 1_549_937, 0.5),
    ],
)
def test_a_total_of_a_full_file_comes_out(whole, where, expected, tolerance):
    assert total(whole, where) == pytest.approx(expected, abs=tolerance)
