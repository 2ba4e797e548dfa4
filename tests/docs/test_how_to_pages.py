"""The how-to pages are run as they stand: their files are written, their commands typed, and the last figure is the one that follows from the file."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def run_page(name: str, folder: Path) -> list[tuple[str, str]]:
    """Write the files of a page and run its commands in their order; each command with what it said."""
    said = []
    for kind, file, body in re.findall(r"```(\w+)(?: file=(\S+))?\n(.*?)```", (HOW_TO / name).read_text(encoding="utf-8"), re.S):
        if file:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(body, encoding="utf-8")
        elif kind == "sh":
            for line in body.splitlines():
                words = shlex.split(line)
                assert words[0] == "karvan", line
                done = subprocess.run([sys.executable, "-c", "from karvan.cli import main; main()", *words[1:]], capture_output=True, text=True, cwd=folder, env=os.environ | {"NO_COLOR": "1"}, check=False)
                assert done.returncode == 0, (line, done.stdout, done.stderr)
                said.append((line, done.stdout))
    return said


def what(said: list[tuple[str, str]], command: str) -> str:
    return next(out for line, out in said if line.startswith(f"karvan {command}"))


@pytest.fixture(scope="module")
def agency(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agency")
    return run_page("new-agency.md", folder)


def test_a_new_agencys_file_is_drafted_decided_read_and_explained(agency):
    assert "with 4 places to decide" in what(agency, "contract draft")
    assert "8 rows -> 8 records, 0 rows set aside" in what(agency, "contract test")
    assert "nothing to mend" in what(agency, "pack check")
    explained = what(agency, "explain LAB-01C")
    # Six were granted: rounded to 5, or by the key of this workspace to 10.
    assert re.search(r"Value: (5|10) permits", explained) and "here.labour.permits" in explained


def test_the_draft_of_the_page_asks_what_the_page_says(tmp_path):
    from karvan import intake
    from karvan.country import load

    page = (HOW_TO / "new-agency.md").read_text(encoding="utf-8")
    body = re.search(r"```text file=(permits\S+)\n(.*?)```", page, re.S)
    assert body
    (tmp_path / body[1]).write_text(body[2], encoding="utf-8")
    text = intake.draft(tmp_path / body[1], feed="here.labour.permits", institution="BORDER", country=load(["world"]))
    asked = [line for line in text.splitlines() if line.startswith("#  - ")]
    assert [word in line for word, line in zip(("day/month", "what do I, V mean", "Paid by", "how many rows"), asked, strict=True)] == [True] * 4
    assert "record: work_permit" in text


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    folder = tmp_path_factory.mktemp("country")
    return folder, run_page("new-country.md", folder)


def test_a_second_country_goes_from_its_file_to_an_explained_figure(country):
    folder, said = country
    assert "with 1 places to decide" in what(said, "contract draft")
    assert "12 rows -> 12 records, 0 rows set aside" in what(said, "contract test")
    explained = what(said, "explain TMP-01")
    # Nine went in, one of them ten minutes past midnight of 1 March: rounded to 10, or by the key of this workspace to 5.
    assert re.search(r"Value: (5|10) crossings", explained) and "highland.border.crossings" in explained
    from karvan.workspace import Workspace

    days = Workspace.open(folder / "ws").connect().sql("select crossed_on::varchar, crossed_at::varchar, bcp from crossing order by crossed_at limit 1").fetchall()
    assert days == [("2026-03-01", "2026-02-28 19:40:00", "NORTH")]    # of its own clock, not of UTC


def test_a_second_country_has_a_page_of_its_profile(country):
    folder, said = country
    written = folder / what(said, "profile").split()[1]
    page = written.read_text(encoding="utf-8")
    assert "Migration profile of highland" in page and re.search(r">\s*(5|10)\s*<", page)


def test_two_files_are_linked_as_the_page_says(tmp_path):
    said = run_page("link-two-files.md", tmp_path)
    assert "links written" in what(said, "link files")
    found = {tuple(line.split(",")[:2]) for line in (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert found == {("c02", "p1"), ("c05", "p2"), ("c07", "p3"), ("c08", "p4"), ("c09", "p5"), ("c12", "p6")}
