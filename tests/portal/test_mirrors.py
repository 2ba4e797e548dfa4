"""The pages of mirror statistics: two published figures of the same people side by side."""

import pytest


@pytest.fixture
def compared(tinyland, monkeypatch):
    """Two pairs of figures that the invented country publishes."""
    from karvan_portal.statistics import views_mirrors

    said = {
        "by_sex": {"own": "TMP-01", "mirror": "TMP-01", "by": "sex", "take": "larger", "why": {"en": "Entries against themselves", "az": "a", "ru": "r"}},
        "nothing": {"own": "TMP-01", "mirror": "EXT-99", "take": "own", "why": {"en": "Entries against nobody's", "az": "a", "ru": "r"}},
    }
    monkeypatch.setattr(views_mirrors, "pairs", lambda: said)
    monkeypatch.setattr(views_mirrors.source, "is_synthetic", lambda: False)
    return said


def test_the_list_tells_each_pair_and_which_cannot_be_compared(visit, compared):
    page = visit("mig").get("/statistics/mirrors/").content.decode()
    assert "Entries against themselves" in page and "0.0" in page
    assert "no year has figures of both sides" in page


def test_a_pair_shows_years_places_and_the_figure_that_is_taken(visit, compared):
    page = visit("mig").get("/statistics/mirrors/by_sex/?year=2024").content.decode()
    assert "Year by year" in page and "Men" in page and "the larger" in page
    rows = visit("mig").get("/statistics/mirrors/by_sex/cells.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "own_indicator,mirror_indicator,year,code,own,mirror,asymmetry,taken,value"
    assert all(row.split(",")[6] == "0.0" for row in rows[1:]) and len(rows) > 4


def test_an_unknown_pair_is_refused_with_the_nearest_name(visit, compared):
    page = visit("mig").get("/statistics/mirrors/by_sxe/")
    assert page.status_code in (400, 404) and "by_sex" in page.content.decode()


def test_a_made_up_country_is_not_compared_with_the_real_world(visit, compared, monkeypatch):
    from karvan_portal.statistics import views_mirrors

    monkeypatch.setattr(views_mirrors.source, "is_synthetic", lambda: True)
    assert "made-up country" in visit("mig").get("/statistics/mirrors/by_sex/").content.decode()
