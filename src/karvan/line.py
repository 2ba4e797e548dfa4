"""The line: the steps of the spine, in order.

extracts -> records -> persons -> life courses -> indicators -> safe cubes. A step whose inputs, parameters and code are unchanged
is not run again, so that running the line twice costs seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from karvan.errors import DataError, nearest
from karvan.workspace import Progress, Run, Step, Workspace, quiet, run_step


def steps(*, engine: str = "duckdb", spark_master: str = "") -> list[Step]:
    """The steps in order; each knows the tables it reads and writes. Linkage and life courses can be worked out by another `engine`, Spark; the tables are the same."""
    from karvan import disclosure, households, indicators, intake, lifecourse, linkage, quality, seasonal

    return [intake.STEP, linkage.step_on(engine, spark_master), lifecourse.step_on(engine, spark_master), households.STEP, quality.STEP, indicators.STEP, quality.FIGURES, disclosure.STEP, seasonal.STEP]


def run(
    ws: Workspace, *, through: str | None = None, progress: Progress = quiet, force: bool = False, before: Mapping[str, Callable[[Progress], object]] | None = None,
    engine: str = "duckdb", spark_master: str = "",
) -> list[tuple[str, Run | None]]:  # fmt: skip
    """Run the line, or its beginning up to the step `through`, under the workspace's lock.

    `before` names what else is to be done before a step, under the same lock: intervals, before they are made safe with the cubes.

    Returns one pair per step: its name, and the run, or None where nothing it depends on had changed. Each step commits by itself:
    after a kill, the steps that ended are in force and the next run goes on from there.

    `engine` and `spark_master` are as in `steps`.

    Raises BusyError if another run holds the workspace, DataError if `through` is no step, SetupError if Spark is asked for and not there.
    """
    line = steps(engine=engine, spark_master=spark_master)
    names = [step.name for step in line]
    if through is not None:
        if through not in names:
            raise DataError(f"There is no step '{through}'.", where=", ".join(names), fix=nearest(through, names) or "name one of these")
        line = line[: names.index(through) + 1]
    done: list[tuple[str, Run | None]] = []
    with ws.lock():
        ws.sweep()
        for place, step in enumerate(line):

            def report(message: str, part: float, *, step: Step = step, place: int = place) -> None:
                progress(f"{step.name}: {message}" if message else step.name, (place + part) / len(line))

            report("", 0.0)
            if before and step.name in before:
                before[step.name](report)
            done.append((step.name, run_step(ws, step, progress=report, force=force)))
    progress("done", 1.0)
    return done
