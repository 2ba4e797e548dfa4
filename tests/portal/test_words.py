"""Figures and words in the reader's language; every word translated; charts' names apart."""

import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

LOCALE = Path(__file__).parents[2] / "src" / "karvan_portal" / "locale"


@pytest.mark.parametrize("language, said", [("en", "1,234,567"), ("az", "1\u00a0234\u00a0567"), ("ru", "1\u00a0234\u00a0567")])
def test_thousands_are_set_apart_as_the_reader_does(tinyland, language, said):
    from django.utils import translation

    from karvan_portal import words

    with translation.override(language):
        assert words.figure(1234567) == said


def test_what_is_not_there_is_a_dash_and_a_fall_has_a_real_minus(tinyland):
    from karvan_portal import words

    assert (words.figure(None), words.figure(float("nan")), words.figure(-5), words.share(0.083)) == ("–", "–", "\u22125", "8.3\u00a0%")


@pytest.mark.parametrize("language", ["az", "ru"])
def test_every_word_of_the_portal_is_translated_and_compiled(language):
    from babel.messages.mofile import read_mo
    from babel.messages.pofile import read_po

    folder = LOCALE / language / "LC_MESSAGES"
    words = read_po((folder / "django.po").open("rb"), locale=language)
    missing = [m.id for m in words if m.id and (m.fuzzy or not all([m.string] if isinstance(m.string, str) else m.string or [""]))]
    assert missing == []
    compiled = {
        (str(m.id), m.context.decode() if isinstance(m.context, bytes) else m.context): list(m.string)
        for m in read_mo((folder / "django.mo").open("rb"))
        if m.id
    }
    assert {(str(list(m.id) if isinstance(m.id, tuple) else m.id), m.context): list(m.string) for m in words if m.id} == compiled


def test_the_catalogue_holds_every_text_of_templates_and_code_and_no_other():
    from babel.messages.pofile import read_po

    sys.path.insert(0, str(LOCALE.parents[2] / "scripts"))
    import portal_words

    asked = set(portal_words.texts())
    inside = [path.name for path in LOCALE.parent.rglob("*.py") if re.search(r"""\bf(?:"[^"\n]*|'[^'\n]*)\{n?gettext\(|\bf(?:"[^"\n]*|'[^'\n]*)\{_\(""", path.read_text(encoding="utf-8"))]
    assert inside == [], "a text inside an f-string is not found by the script"
    for language in ("az", "ru"):
        kept = {(m.id, m.context) for m in read_po((LOCALE / language / "LC_MESSAGES" / "django.po").open("rb"), locale=language) if m.id}
        assert kept == asked, "run scripts/portal_words.py"


def test_a_translation_keeps_the_places_of_its_values():
    from babel.messages.pofile import read_po

    for language in ("az", "ru"):
        for message in read_po((LOCALE / language / "LC_MESSAGES" / "django.po").open("rb"), locale=language):
            source = message.id if isinstance(message.id, str) else message.id[1]
            for text in [message.string] if isinstance(message.string, str) else message.string:
                assert set(re.findall(r"%\(\w+\)s", source)) == set(re.findall(r"%\(\w+\)s", text)), source


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=6))
def test_names_at_the_ends_of_lines_never_cover_each_other(tinyland, values):
    from karvan_portal.statistics.chart import LABEL_HEIGHT, label_places
    from karvan_portal.statistics.table import Cell, Row

    rows = [Row(str(n), f"name {n}", (Cell(v, "2024", "A", "none", ""),)) for n, v in enumerate(values)]
    places = sorted(p["place"] for p in label_places(rows, "2024"))
    assert len(places) == len(values)
    assert all(b - a >= max(values) * LABEL_HEIGHT * 0.999 for a, b in pairwise(places))


def test_choices_that_do_not_exist_are_left_out_of_the_table(tinyland):
    from karvan_portal.statistics.table import choose

    page = choose("TMP-01", {"by": "shoe_size", "sex": "XXL", "kind": "decade", "since": "1066"})
    assert (page.by, page.held, page.kind, page.periods) == ("", {"sex": "_T", "citizenship": "_T"}, "year", ("2021", "2022", "2023", "2024"))
    assert [cell.value for cell in page.rows[0].cells] == [25_000, 27_500, 30_000, 32_500]


def test_rows_stand_by_size_with_the_total_first_and_the_unknown_last(tinyland):
    from karvan_portal.statistics.table import choose

    assert [row.code for row in choose("TMP-01", {"by": "citizenship", "sex": "F"}).rows] == ["_T", "XTB", "XTC", "unknown"]


def test_a_cells_explanation_is_addressed_by_its_dimensions(tinyland):
    from karvan_portal.statistics.table import explain_address

    assert explain_address("TMP-03", "2024-03-31", {"sex": "F"}) == "/statistics/explain/TMP-03/2024-03-31/?sex=F"
    assert explain_address("REM-01", "2015/2019", {}) == "/statistics/explain/REM-01/2015/2019/"


@pytest.mark.parametrize("two_rules, change", [(False, pytest.approx(2500 / 30_000)), (True, None)])
def test_a_provisional_figure_of_another_rule_is_not_compared_with_a_final_one(tinyland, two_rules, change):
    from karvan_portal.statistics.table import choose
    from karvan_portal.statistics.views import finding

    found = finding(choose("TMP-01", {}), two_rules=two_rules)
    assert (found["cell"].value, found["change"], found["other_rule"]) == (32_500, change, two_rules)


@pytest.mark.parametrize(
    ("before", "now", "treatment", "said"),
    [(15, 5, "rounded", (None, True)), (150, 165, "rounded", (0.1, False)), (15, 5, "public_source", (-2 / 3, False))],
)
def test_of_few_people_no_change_in_per_cent_is_said_since_rounding_would_make_it_up(tinyland, before, now, treatment, said):
    from types import SimpleNamespace

    from karvan_portal.statistics.table import Cell, Row
    from karvan_portal.statistics.views import finding

    cells = tuple(Cell(float(value), period, "A", treatment, "") for value, period in ((before, "2023"), (now, "2024")))
    found = finding(SimpleNamespace(total=Row("_T", "Total", cells), rows=(), by="", unit="persons"))
    assert (found["change"] and round(found["change"], 9), found["few"]) == (said[0] and round(said[0], 9), said[1])


def test_what_was_rounded_is_said_with_its_base(tinyland):
    from karvan_portal.templatetags.karvan import treated

    assert [treated(t, "TMP-01") for t in ("rounded", "withheld")] == ["rounded to base 5", "withheld to protect people"]
    assert treated("rounded", "no such indicator") == "rounded at random"
