"""What the commands share: their options, tables on a terminal, progress."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from karvan.workspace import Progress, Workspace, quiet


def _open(ctx: click.Context, param: click.Parameter, value: Path) -> Workspace:
    return Workspace.open(value)


workspace_option = click.option(
    "-w", "--workspace", "ws", type=click.Path(path_type=Path), default=Path("."), envvar="KARVAN_WORKSPACE", callback=_open,
    help="Folder of the workspace (default: this folder, or $KARVAN_WORKSPACE).",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")
out_option = click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead of the terminal.")


def figure(value: Any) -> str:
    """A value as a person reads it: thousand separators, an empty cell for nothing.

    >>> figure(1234567), figure(0.5), figure(None)
    ('1,234,567', '0.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"{int(value):,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return str(value)


def show(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool = False) -> None:
    """Print rows as aligned columns, or as JSON. Numbers are aligned right."""
    rows = list(rows)
    if as_json:
        click.echo(json.dumps([{c: row.get(c) for c in columns} for row in rows], ensure_ascii=False, default=str, indent=1))
        return
    cells = [[figure(row.get(c)) for c in columns] for row in rows]
    numeric = [any(isinstance(row.get(c), int | float) and not isinstance(row.get(c), bool) for row in rows) for c in columns]
    widths = [max([len(c), *(len(line[i]) for line in cells)]) for i, c in enumerate(columns)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(text.rjust(w) if n else text.ljust(w) for text, w, n in zip(line, widths, numeric, strict=True)).rstrip())


@contextlib.contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on stderr while the block runs; silent when stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=1.0)
        report: Callable[[str, float], None] = lambda message, done: bar.update(task, description=f"{label}: {message}", completed=done)  # noqa: E731
        yield report
