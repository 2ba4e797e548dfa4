"""The examples of docs/explanation/life-course-specification.md, run. `KARVAN_DRAW=1` draws its pictures anew."""

import os
import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from drawn import drawn, table
from karvan.lifecourse import spells
from karvan.lifecourse.history import history

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(r"```example\n(.*?)```", (DOCS / "explanation" / "life-course-specification.md").read_text(encoding="utf-8"), re.S)


def read(example: str):
    """The command, the table that goes in, and what comes out by name ('' for the main table)."""
    comes_in, *comes_out = re.split(r"^──► *(\w*)\n", example, flags=re.M)
    said, _, given = comes_in.partition("\n")
    verb, *words = shlex.split(said)
    named = [words.pop(0)] if words and not words[0].startswith("--") else []
    options = {name[2:].replace("-", "_"): value for name, value in zip(words[::2], words[1::2], strict=True)}
    if "observed_until" in options:
        options["observed_until"] = date.fromisoformat(options["observed_until"])
    for name in ("days", "window"):
        if name in options:
            options[name] = int(options[name])
    return verb, named, options, table(given), dict(zip(comes_out[::2], map(table, comes_out[1::2]), strict=True))


def test_there_are_examples_of_every_rule():
    verbs = [example.split()[0] for example in EXAMPLES]
    assert {verb: verbs.count(verb) for verb in verbs} == {"presence": 5, "residence": 5, "picture": 1, "rolling": 3}


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.splitlines()[0] for example in EXAMPLES])
def test_example(example):
    verb, named, options, given, expected = read(example)
    if verb == "picture":
        found = history(given, "P1", statuses=expected.pop("statuses"), **options)
        drawing = found.drawn(title="One synthetic person")
        file = DOCS / "pictures" / named[0]
        if os.environ.get("KARVAN_DRAW"):
            file.write_text(drawing, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == drawing
        wanted = expected[""]
        assert [tuple(row[name] for name in wanted.columns) for row in found.residence] == wanted.rows
        return
    made = getattr(spells, verb)(given, **options)
    for name, wanted in expected.items():
        assert drawn(getattr(made, name or "table"), " ".join(wanted.columns)) == wanted
    assert made.counts["people_set_aside"] == len(expected["aside"].rows) if "aside" in expected else not made.counts.get("people_set_aside")
