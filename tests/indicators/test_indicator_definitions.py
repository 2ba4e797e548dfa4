"""Every definition of every pack: whole, documented, and compiled."""

from __future__ import annotations

from pathlib import Path

import pytest

from karvan.country import load
from karvan.errors import PackError
from karvan.indicators import dictionary, read_definition
from karvan.indicators.reference import every_page
from karvan.indicators.wording import UNIT
from karvan.tables import TABLES

AZ, US = load(["az", "world"]), load(["open_us", "world"])
EVERY = {**dictionary(US), **dictionary(AZ)}
ASKED = ["FLW-01", "FLW-02", "FLW-03", "FLW-04", "FLW-05", "FLW-06", "FLW-07", "STK-01", "STK-02", "STK-03", "STK-04", "STK-05", "STK-07", "TMP-01", "TMP-02", "TMP-03", "ADM-01", "ADM-02", "ADM-03",
         "ADM-04", "ADM-05", "ADM-09", "ADM-10", "ASY-01", "ASY-02", "IRR-01", "LAB-01"]  # fmt: skip


def cyrillic(text: str) -> float:
    """Share of Cyrillic letters among the letters of a text."""
    letters = [c for c in text if c.isalpha()]
    return sum("\u0400" <= c <= "\u04ff" for c in letters) / len(letters)


def test_a_definition_needs_the_languages_that_its_pack_declares_and_no_other():
    said = {"ro": "Intrări de străini", "ru": "Въезды иностранцев"}
    raw = {"id": "TMP-01", "name": said, "says": said, "covers": {"population": said, "leaves_out": [said]}, "count": "crossing", "on": "crossed_on", "by": [], "unit": "crossings", "period": "year"}  # fmt: skip
    found = read_definition(raw, languages=["ro", "ru"])
    assert (found.title("ru"), found.title("az")) == ("Въезды иностранцев", "Intrări de străini")
    with pytest.raises(PackError) as told:
        read_definition(raw | {"covers": {"population": {"ru": "Все"}, "leaves_out": ["crew"]}}, languages=["ro", "ru"])
    assert "`covers.population` has no text in `ro`" in told.value.what and "`covers.leaves_out, line 1,` must be a text in each language" in told.value.what


def test_every_indicator_of_the_catalogue_is_there():
    assert set(ASKED) <= set(dictionary(AZ))


@pytest.mark.parametrize("name", EVERY)
def test_a_definition_says_what_it_counts_whom_it_covers_and_where_it_comes_from(name):
    definition = EVERY[name]
    for text in (definition.name, definition.says, definition.population, *definition.leaves_out):
        assert set(text) == {"az", "en", "ru"}
        assert all(len(words) > 2 for words in text.values())
        assert cyrillic(text["ru"]) > 0.5 and cyrillic(text["az"]) == cyrillic(text["en"]) == 0, text
        assert text["az"] != text["en"]
    assert definition.source.get("standard") and definition.unit in UNIT
    assert definition.disclosure, "a definition names its disclosure policy"


def test_the_reference_of_indicators_is_up_to_date():
    written = Path("docs/reference/indicators.md").read_text(encoding="utf-8")
    assert written == every_page(), "stale: run `karvan reference`"


def test_every_table_that_a_subject_names_is_declared():
    from karvan.indicators.subjects import SUBJECTS

    for subject in SUBJECTS.values():
        assert set(subject.tables) <= set(TABLES) and set(subject.rests_on) <= set(TABLES)
        assert {"imputed", "unlinked"} <= set(subject.columns)


def test_all_faults_of_a_definition_are_said_at_once():
    with pytest.raises(PackError) as said:
        read_definition({"id": "X-1", "name": {"en": "X"}, "counts": "crossing", "by": ["sexx"], "unit": "persons", "period": "yearly"}, languages=["az", "en"])
    text = str(said.value)
    assert "did you mean 'count'" in text and "did you mean 'sex'" in text and "`yearly` is not a period" in text and "`name` has no text in `az`" in text


@pytest.mark.parametrize("where", ["citizenship in (select 1)", "sum(row_no) > 1", "read_text('/etc/passwd') = ''", "c.sex = 'F'", "unknown_column = 1"])
def test_a_filter_is_an_expression_over_known_columns_and_nothing_else(where):
    from datetime import date

    from karvan.indicators.compiler import Facts, described_sql
    from karvan.indicators.periods import period_of

    raw = dict(AZ.indicators["TMP-01"]) | {"where": where}
    definition = read_definition(raw)
    with pytest.raises(PackError):
        described_sql(definition, definition.series[0], [period_of("2024")], Facts("AZE", date(2026, 6, 30), lambda *a: "0", ""))


def test_the_example_of_the_how_to_is_a_whole_definition_and_names_every_word():
    import yaml

    from karvan.indicators.definition import WORDS
    from karvan.indicators.subjects import SUBJECTS

    text = Path("docs/how-to/new-indicator.md").read_text(encoding="utf-8")
    raw = yaml.safe_load(text.split("```yaml")[1].split("```")[0].replace("\non:", "\n'on':"))
    assert read_definition(raw).series[0].on == "crossed_on"
    assert [word for word in WORDS if f"{word}:" not in text and f"`{word}`" not in text and f"`{word}: " not in text] == []
    assert [name for name in SUBJECTS if f"`{name}`" not in text] == []
