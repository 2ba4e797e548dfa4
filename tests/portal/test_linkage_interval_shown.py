"""The interval of linkage error stands beside a figure and on its explanation, in the reader's language, and only where there is one."""

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
        ("en", "95 per cent interval from 20 draws of uncertain links, and what rounding can add"),
        ("az", "qeyri-müəyyən əlaqələrin 20 sınağı"),
        ("ru", "испытаний неопределённых связей: 20"),
    ],
)
@pytest.mark.parametrize("path", ["/statistics/TMP-01/", "/statistics/explain/TMP-01/2024/"])
def test_the_interval_is_shown_in_the_readers_language(drawn, visit, path, language, said):
    page = visit("mig", language).get(path).text
    assert re.search(r"32\D455 – 32\D545", page) and said in page


@pytest.mark.parametrize("path", ["/statistics/TMP-01/", "/statistics/explain/TMP-01/2024/", "/statistics/explain/TMP-01/2023/"])
def test_without_draws_nothing_is_said(tinyland, visit, path):
    assert "draws of uncertain links" not in visit("mig").get(path).text


def test_another_cell_has_no_interval(drawn, visit):
    assert "draws of uncertain links" not in visit("mig").get("/statistics/explain/TMP-01/2024/?sex=F").text
