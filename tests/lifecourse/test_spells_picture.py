"""One person's history as a picture."""

import xml.etree.ElementTree as ET
from datetime import date

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from drawn import table
from karvan.cli.spells import spells
from karvan.errors import DataError
from karvan.lifecourse.history import history
from karvan.lifecourse.picture import WORDS, picture

CROSSINGS = """
    person_id | crossed_at          | direction
    P1        | 2024-01-12T09:00:00 | in
    P1        | 2025-03-02T18:00:00 | out
    P2        | 2026-01-12T09:00:00 | in
    P3        | 2026-01-12T09:00:00 | in
    P3        | 2026-01-13T09:00:00 | in
"""
UNTIL = date(2026, 3, 31)
SVG = "{http://www.w3.org/2000/svg}"


def titles(svg: str) -> list[str]:
    return [title.text or "" for title in ET.fromstring(svg).iter(f"{SVG}title")]


def test_each_mark_says_what_it_is():
    said = titles(history(table(CROSSINGS), "P1", observed_until=UNTIL, rules=["UR-12/16"]).drawn(title="P1"))
    assert said == ["P1", "in 2024-01-12", "out 2025-03-02", "2024-01-12 to 2025-03-02", "UR-12/16: 2024-01-12 to 2025-03-02", "final on 2026-03-02"]


def test_stays_are_drawn_as_crossings_are():
    from karvan.lifecourse.spells import presence

    stays = presence(table(CROSSINGS), observed_until=UNTIL).table
    assert history(stays, "P1", observed_until=UNTIL).drawn(title="P1") == history(table(CROSSINGS), "P1", observed_until=UNTIL).drawn(title="P1")


def test_undecided_is_hatched_and_said_in_every_language():
    found = history(table(CROSSINGS), "P2", observed_until=UNTIL, rules=["UR-12/16"])
    for lang, words in WORDS.items():
        drawing = found.drawn(title="P2", lang=lang)
        assert f"UR-12/16: 2026-01-12 to ..., {words['undecided']}" in titles(drawing)
        assert drawing.count('fill="url(#open)"') == 2    # the spell, and the legend
    assert len({frozenset(words) for words in WORDS.values()}) == 1


def test_a_rule_without_a_spell_keeps_its_line():
    assert ">UR-6/12<" in picture([{"entered_on": date(2026, 1, 1), "left_on": date(2026, 1, 3)}], [], rules=["UR-6/12"])


def test_nobody_and_somebody_set_aside_are_errors():
    with pytest.raises(DataError, match="nobody of this number"):
        history(table(CROSSINGS), "P9", observed_until=UNTIL)
    with pytest.raises(DataError, match="set aside: two_entries"):
        history(table(CROSSINGS), "P3", observed_until=UNTIL)


def test_on_the_command_line(tmp_path):
    pq.write_table(table(CROSSINGS).arrow(), tmp_path / "c.parquet")
    words = ["picture", str(tmp_path / "c.parquet"), "--person", "P1", "--observed-until", "2026-03-31", "-o", str(tmp_path / "p.svg")]
    done = CliRunner().invoke(spells, words)
    assert done.exit_code == 0, done.output
    assert ET.fromstring((tmp_path / "p.svg").read_text()).tag == f"{SVG}svg"
    assert CliRunner().invoke(spells, ["picture", "--person", "P1", "-o", str(tmp_path / "q.svg")]).exit_code == 2
