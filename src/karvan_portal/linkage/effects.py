"""What the choice of the threshold changes in published figures: a copy of the workspace is linked anew at each threshold and taken through the line.

The copy shares the files of the workspace (hard links), which never change once written; it is gone when the work ends. Figures are compared as they are published, after
disclosure control, so that nothing is shown that the statistics desk does not show.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from karvan.linkage import link_at
from karvan.workspace import Progress, Workspace, run_step
from karvan_portal import source
from karvan_portal.data.jobs import is_alive

THRESHOLDS = (0.8, 0.9, 0.95)
LEFT_OUT = ("portal", "profile", "truth", ".tmp", "lock", "extracts", "making")


def effects(report: Progress, *, actor: str, thresholds: Sequence[float] = THRESHOLDS) -> list[dict[str, Any]]:
    """Persons and headline figures under each threshold, and of which commit; one row per threshold."""
    from karvan import disclosure, indicators, lifecourse
    from karvan_portal.home.standing import headlines

    ws = source.workspace()
    commit = ws.head().number
    wanted = [(entry.id, entry.period, entry.unit) for entry in headlines() if entry.basis == "records" and entry.period]
    found = []
    with copy_of(ws) as copy, copy.lock():
        for place, threshold in enumerate(thresholds):

            def part(message: str, done: float, *, place: int = place, threshold: float = threshold, low: float = 0.0, high: float = 0.6) -> None:
                report(f"{threshold:g}: {message}", (place + low + done * (high - low)) / len(thresholds))

            with copy.transaction() as tx:
                persons = link_at(copy, tx, threshold=threshold, actor=actor, progress=part)
            for at, step in enumerate((lifecourse.STEP, indicators.STEP, disclosure.STEP)):
                part(step.name, 0.6 + 0.13 * at, high=1.0)
                run_step(copy, step)
            figures = figures_of(copy)
            found.append(
                {
                    "threshold": threshold,
                    "persons": persons,
                    "figures": [{"id": name, "period": period, "unit": unit, "value": figures.get((name, period))} for name, period, unit in wanted],
                    "commit": commit,
                }
            )
    return found


@contextmanager
def copy_of(ws: Workspace) -> Iterator[Workspace]:
    """A workspace of its own over the same files, beside them; removed at the end. Its audit log is that of the workspace: what is opened in the copy stands there."""
    folder = ws.root / ".tmp" / f"thresholds-{os.getpid()}"
    folder.parent.mkdir(exist_ok=True)
    for left in folder.parent.glob("thresholds-*"):  # by a process that was killed
        if not is_alive(int(left.name.partition("-")[2])):
            shutil.rmtree(left, ignore_errors=True)
    try:
        shutil.copytree(ws.root, folder, ignore=shutil.ignore_patterns(*LEFT_OUT), copy_function=share)
        yield Workspace.open(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def share(file: str, to: str) -> None:
    """The same file under a second name; a copy where the disk cannot."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)


def figures_of(ws: Workspace) -> dict[tuple[str, str], float | None]:
    """Grand totals of every indicator by period, as published."""
    from karvan.tables import DIMENSIONS

    all_total = " and ".join(f"({d} is null or {d} = '_T')" for d in DIMENSIONS)
    con = ws.connect(threads=1, memory="400MB")
    try:
        return {(name, period): value for name, period, value in con.execute(f"select indicator, period, value from safe_cubes where {all_total}").fetchall()}
    finally:
        con.close()
