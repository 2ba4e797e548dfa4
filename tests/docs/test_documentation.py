"""A command, a table or a page without its documentation breaks the build."""

import re
from pathlib import Path

import click
import pytest

from karvan.cli import karvan
from karvan.cli.reference import pages
from karvan.tables import TABLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def commands(group: click.Group = karvan, name: str = "karvan"):
    ctx = click.Context(group)
    for verb in group.list_commands(ctx):
        command = group.get_command(ctx, verb)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {verb}")
        else:
            yield f"{name} {verb}", command


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_generated_page_is_up_to_date(name):
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == pages()[name], "run `karvan reference -o docs/reference`"


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_command_says_what_it_does_and_shows_an_example(name, command):
    said = command.help or ""
    assert said.strip(), f"{name} has no help"
    assert "Example" in said, f"the help of {name} shows no example"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts[0]} has no help"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_says_what_it_holds_and_what_null_means(name):
    table = TABLES[name]
    assert table.grain and table.meaning
    for column in table.columns:
        assert column.meaning and column.null, f"{name}.{column.name}"
    assert set(table.key) <= set(table.column_names)


def test_every_room_has_a_page_of_its_own():
    rooms = [p.parent for p in (ROOT / "src" / "karvan").glob("*/__init__.py") if p.parent.name not in ("cli", "tables", "workspace", "country", "rules")]
    missing = [room.name for room in rooms if not (room / "README.md").exists()]
    assert not missing


def test_links_inside_the_documentation_lead_somewhere():
    broken = []
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not broken


def test_the_command_line_starts_without_heavy_imports():
    import subprocess
    import sys

    code = "import sys, karvan.cli; print([m for m in ('pandas', 'altair', 'splink', 'django', 'numba', 'typst') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
