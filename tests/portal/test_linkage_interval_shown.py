"""The interval stands beside a figure, in its table, on its explanation and in its files, in the reader's language, and only where there is one."""

import re

import pytest

import workspace as made
from karvan.workspace import new_connection

CELL = {"indicator": "TMP-01", "period": "2024", "sex": "_T", "citizenship": "_T"}


@pytest.fixture
def drawn(tinyland, tmp_path):
    from django.test import override_settings

    ws = made.tinyland(tmp_path / "drawn")
    con = new_connection(memory="300MB", threads=1)
    value = 1300.0 * 25
    with ws.lock(), ws.transaction() as tx:
        made.written(con, tx, "safe_intervals", [CELL | {"draws": 20, "value": value, "low": value - 45, "high": value + 45}])
    with override_settings(WORKSPACE=ws.root.resolve()):
        yield ws


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "95 per cent interval from 20 draws of links and guesses, and what rounding can add"),
        ("az", "əlaqələndirmə və bərpanın 20 təsadüfi variantı"),
        ("ru", "случайных вариантов связывания и восстановления: 20"),
    ],
)
@pytest.mark.parametrize("path", ["/statistics/TMP-01/", "/statistics/explain/TMP-01/2024/"])
def test_the_interval_is_shown_in_the_readers_language(drawn, visit, path, language, said):
    page = visit("mig", language).get(path).text
    assert len(re.findall(r"32\D455\D{1,4}32\D545", page)) >= 2 and said in page      # beside the figure, and among what says how sure it is
    assert {"en": "What the interval says", "az": "İnterval nə deyir", "ru": "О чём говорит интервал"}[language] in page


@pytest.mark.parametrize("path", ["/statistics/TMP-01/", "/statistics/explain/TMP-01/2024/", "/statistics/explain/TMP-01/2023/"])
def test_without_draws_nothing_is_said(tinyland, visit, path):
    assert "draws of links and guesses" not in visit("mig").get(path).text


def test_another_cell_has_no_interval(drawn, visit):
    assert "draws of links and guesses" not in visit("mig").get("/statistics/explain/TMP-01/2024/?sex=F").text


@pytest.mark.parametrize("which", ["", "?every=1"])
def test_files_carry_the_interval(drawn, visit, which):
    import csv
    import io

    found = list(csv.DictReader(io.StringIO(visit("mig").get(f"/statistics/TMP-01/cells.csv{which}").content.decode("utf-8-sig"))))
    total = {row["period"]: (row["low"], row["high"]) for row in found if row["sex"] == "_T" and row["citizenship"] == "_T"}
    assert total["2024"] == ("32455.0", "32545.0") and total["2023"] == ("", "")


def test_a_spreadsheet_has_a_sheet_of_intervals(drawn, visit):
    import io

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(visit("mig").get("/statistics/TMP-01/cells.xlsx").content))
    rows = book.get_sheet_by_name("Intervals").to_python()
    assert rows[0][1:] == ["Period", "Value", "Lower end", "Upper end"] and rows[1][1:] == ["2024", 32500, 32455, 32545] and len(rows) == 2
