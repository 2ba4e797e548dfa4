"""The commands, as a person uses them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from feeds import crossings, csv_of, deliver, land, lines, run


def karvan(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from karvan.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=os.environ | {"NO_COLOR": "1"}, check=False)


def test_check_reports_most_frequent_first_and_changes_nothing(tmp_path):
    ws = land(tmp_path, crossings())
    path = tmp_path / "crossings_2024-03-05.csv"
    rows = [f"k{i};E;05.03.2024 01:30;P1;D1;n;{'x' if i == 3 else ''};{'AAB' if i in (1, 2) else 'AAA'}" for i in range(40)]
    path.write_text(csv_of(*rows), encoding="utf-8")
    done = karvan("feed", "check", "t.bor.crossings", path, "-w", ws.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:3] == [
        "t.bor.crossings 2024-03-05: 40 rows -> 39 records, 1 rows set aside, 1 rule broken; values not understood are left empty.",
        "  CIT   2 rows  'AAB' read, but this value was not understood. Expected: did you mean 'AAA'?  first: row 2",
        "  BORN  1 rows  This is not a date in the agreed form. Expected: DD.MM.YYYY, unknown parts as 00  first: row 4",
    ]
    assert ws.head().number == 0


def test_load_list_accept_and_return(tmp_path):
    ws = land(tmp_path, crossings(gates={"rows": [2, 9]}))
    path = tmp_path / "crossings_2024-03-05.csv"
    path.write_text(csv_of("k1;E;05.03.2024 01:30;P1;D1;n;x;AAA"), encoding="utf-8")
    assert "taken in as crossings_2024-03-05.csv" in karvan("feed", "load", "t.bor.crossings", path, "-w", ws.root).stdout
    assert "there already" in karvan("feed", "load", "t.bor.crossings", path, "-w", ws.root).stdout
    run(ws)
    held = json.loads(karvan("feed", "list", "t.bor.crossings", "--held", "--json", "-w", ws.root).stdout)
    assert [row["state"] for row in held] == ["held"]
    back = karvan("feed", "return", "t.bor.crossings", "--lang", "en", "-o", tmp_path / "back.csv", "-w", ws.root)
    assert back.returncode == 0, back.stderr
    assert "This is not a date in the agreed form.,BORN,x" in (tmp_path / "back.csv").read_text(encoding="utf-8-sig")
    assert "rows: 1 (2 to 9)" in (tmp_path / "back.scorecard.csv").read_text(encoding="utf-8-sig")
    assert karvan("feed", "accept", held[0]["delivery_id"], "--by", "head", "--why", "a quiet day", "-w", ws.root).returncode == 0
    run(ws)
    assert lines(ws)["crossings_2024-03-05.csv"]["state"] == "accepted"
    counted = json.loads(karvan("feed", "quarantine", "--json", "-w", ws.root).stdout)
    assert [(row["field"], row["rows"]) for row in counted] == [("BORN", 1)]


def test_the_return_file_speaks_the_agencys_language(tmp_path):
    from karvan import intake

    ws = land(tmp_path, crossings(), texts={"intake.reason.date": {"en": "No date.", "ru": "Не дата."}})
    deliver(ws, "t.bor.crossings", "crossings_2024-03-05.csv", csv_of("k1;E;05.03.2024 01:30;P1;D1;n;x;AAA"))
    run(ws)
    assert "Не дата." in intake.return_file(ws, "t.bor.crossings", out=tmp_path / "r.csv", lang="ru").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["feed", "check", "t.bor.crosings", "x.csv"], 3, "did you mean 't.bor.crossings'?"),
        (["feed", "accept", "nothing", "--by", "a", "--why", "b"], 3, "There is no delivery"),
        (["feed", "load", "t.bor.crossings", "absent.csv"], 6, "no such file"),
    ],
)
def test_mistakes_end_in_a_message_and_a_code(tmp_path, words, code, said):
    ws = land(tmp_path, crossings())
    done = karvan(*words, "-w", ws.root)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
