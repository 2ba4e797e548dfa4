"""A monthly series has a dashed line without its season and a note, or says why it has none, in the reader's language."""

import json
import re

import pytest

import workspace as made
from karvan.workspace import new_connection

SERIES = {"indicator": "TMP-01", "sex": "_T", "citizenship": "_T", "frequency": "month", "first_period": "2024-01", "last_period": "2024-12", "periods": 48, "engine": "X-13ARIMA-SEATS 1.1", "vintage": "v"}
CELL = {"indicator": "TMP-01", "sex": "_T", "citizenship": "_T", "unit": "crossings", "vintage": "2024-12-31", "obs_status": "A"}
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]


def country(path, **said):
    ws = made.tinyland(path)
    con = new_connection(memory="300MB", threads=1)
    with ws.lock(), ws.transaction() as tx:
        made.written(con, tx, "safe_cubes", [*made.entries_cells("safe_cubes"), *(CELL | {"period": p, "value": 100.0 + n, "basis": "records", "treatment": "rounded"} for n, p in enumerate(MONTHS))])
        made.written(con, tx, "seasonal_series", [SERIES | said])
        if said["verdict"] == "adjusted":
            made.written(con, tx, "seasonal_values", [CELL | {"period": p, "value": 100.0 + n, "adjusted": 104.4, "trend": 104.0, "seasonal": 0.9} for n, p in enumerate(MONTHS)])
    return ws


@pytest.fixture
def shown(tinyland, tmp_path, visit):
    from django.test import override_settings

    def show(language="en", periods="month", **said):
        ws = country(tmp_path / f"{language}-{said['verdict']}-{periods}", **said)
        with override_settings(WORKSPACE=ws.root.resolve()):
            return visit("mig", language).get(f"/statistics/TMP-01/?by=&periods={periods}").text

    return show


@pytest.mark.parametrize(("language", "note"), [("en", "The dashed line is the same series without its season"), ("az", "Qırıq xətt həmin sıranı mövsümi"), ("ru", "Пунктирная линия — тот же ряд без сезонности")])
def test_an_adjusted_series_has_a_dashed_line_with_a_note_and_its_figures(shown, language, note):
    page = shown(language, verdict="adjusted", model="(0 1 1)(0 1 1)", q=0.4)
    assert note in page and "X-13ARIMA-SEATS 1.1; (0 1 1)(0 1 1); Q 0" in page
    spec = json.loads(re.search(r'<script id="chart-spec" type="application/json">(.*?)</script>', page)[1])
    assert [layer["mark"].get("strokeDash") for layer in spec["layer"]] == [None, None, None, [7, 4]]
    assert {row["adjusted"] for row in spec["data"]["values"]} == {104.4}
    assert page.count('<td class="n">104</td>') == 12


@pytest.mark.parametrize(("language", "note"), [
    ("en", "Not seasonally adjusted: it is shorter than three years."), ("az", "Mövsümi düzəliş aparılmayıb: sıra üç ildən qısadır."), ("ru", "Сезонная корректировка не проведена: ряд короче трёх лет."),
])  # fmt: skip
def test_a_series_that_is_not_adjusted_says_why(shown, language, note):
    page = shown(language, verdict="too_short")
    assert note in page and "strokeDash" not in page


def test_figures_of_years_have_no_note_of_seasons(shown):
    assert "easonally adjusted" not in shown(periods="year", verdict="too_short")
