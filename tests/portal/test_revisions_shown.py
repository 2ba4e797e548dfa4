"""The pages of revisions: what figures were on earlier days, what waits, and nothing that was not made safe."""

import json
import re
from itertools import pairwise

import pytest


def test_the_list_tells_how_far_first_figures_were_from_the_final_ones(visit):
    page = visit("mig").get("/statistics/revisions/").text
    row = re.search(r"TMP-01.*?</tr>", page, re.S)[0]
    assert re.findall(r'<td class="n">(.*?)</td>', row) == ["3", "2", "\u22120.8&nbsp;%", "0.8&nbsp;%"]
    assert 'href="/statistics/revisions/"' in visit("mig").get("/statistics/").text


def test_a_figure_shows_its_triangle_with_marks_steps_and_per_cent(visit):
    page = visit("mig").get("/statistics/revisions/TMP-01/").text
    row = re.search(r'<th scope="row">2022</th>.*?</tr>', page, re.S)[0]
    said = [re.sub(r"<[^>]+>", " ", cell).split() for cell in re.findall(r'<td class="n">(.*?)</td>', row)]
    assert said == [[], ["5,540", "P"], ["5,500"], ["\u221240"], ["\u22120.7"]]
    assert "0.8 per cent off the final ones on average, over 2 periods" in page
    assert "Usually" not in page and 'href="/statistics/revisions/TMP-01/"' in visit("mig").get("/statistics/TMP-01/?by=").text


def test_the_chart_has_a_line_for_each_period_on_an_axis_that_need_not_begin_at_nothing(visit):
    page = visit("mig").get("/statistics/revisions/TMP-01/").text
    spec = json.loads(re.search(r'<script id="chart-spec" type="application/json">(.*?)</script>', page)[1])
    assert {row["label"] for row in spec["data"]["values"]} == {"2021", "2022", "2023"} and spec["encoding"]["y"]["scale"] == {"zero": False}
    places = sorted(row["place"] for row in spec["layer"][2]["data"]["values"])
    assert all(later - sooner >= 0.059 * (6040 - 5000) for sooner, later in pairwise(places))


def test_provisional_figures_stand_beside_the_published_ones_with_what_they_wait_for(visit):
    page = visit("mig").get("/statistics/revisions/TMP-01/").text
    year, month = (re.findall(r"<td[^>]*>(.*?)</td>", re.search(rf'<th scope="row">{period}</th>(?:(?!</tr>).)*2025-05-01.*?</tr>', page, re.S)[0]) for period in ("2023", "2023-02"))
    assert [re.sub(r"<.*", "", cell) for cell in year] == ["6,040", "6,010", "31", "5,940 \u2013 6,080", "3,000", "4,200", "2025-05-01"]
    assert month == ["105", "c", "c", "100", "c", "2025-05-01"] and "fewer than 30 crossings are open" in page


def test_what_a_figure_will_become_is_told_from_published_vintages(visit):
    page = visit("mig").get("/statistics/revisions/TMP-01/").text
    row = re.search(r'id="nowcast".*?<tbody>(.*?)</tbody>', page, re.S)[1]
    assert re.findall(r'<td class="n">(.*?)</td>', row)[:3] == ["0", "6,040", "5,994"]     # 6,040 over (5,040 + 5,540) / (5,000 + 5,500)


def test_files_hold_every_vintage_and_every_provisional_figure(visit):
    rows = visit("mig").get("/statistics/revisions/TMP-01/vintages.csv").content.decode("utf-8-sig").splitlines()
    assert rows[0] == "indicator,kind,period,vintage_on,value,unit,obs_status,treatment,synthetic" and len(rows) == 1 + 6
    assert "TMP-01,,2022,2022-12-31,5540.0,crossings,P,rounded,True" in rows
    assert len(visit("mig").get("/statistics/revisions/TMP-01/provisional.csv").content.splitlines()) == 1 + 2


def test_a_figure_without_vintages_is_refused_and_an_empty_workspace_says_how_to_get_there(visit, empty):
    assert visit("mig").get("/statistics/revisions/TMP-01/").status_code in (400, 404)
    assert "karvan revisions --publish" in visit("mig").get("/statistics/revisions/").text


@pytest.mark.parametrize(("language", "words"), [("az", ("Yenidənbaxış üçbucağı", "Standart xəta", "5\u00a0540")), ("ru", ("Треугольник пересмотров", "Стандартная ошибка", "по 2 периодам"))])
def test_the_page_speaks_the_readers_language(visit, language, words):
    page = visit("mig", language).get("/statistics/revisions/TMP-01/").text
    assert all(word in page for word in words)
