"""`karvan seasonal`: published series without their season, and why another is not adjusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from karvan.cli.explain import dimensions
from karvan.cli.terminal import json_option, out_option, show, workspace_option
from karvan.errors import DataError
from karvan.workspace import Workspace

VALUES = ["period", "value", "adjusted", "trend", "seasonal", "calendar", "obs_status"]
VERDICTS = ["series", "periods", "verdict", "composition", "model", "effects", "q", "m7", "qs_original", "qs_adjusted"]


@click.command()
@click.argument("indicator", required=False)
@click.argument("dims", nargs=-1, metavar="[NAME=VALUE]...")
@workspace_option
@click.option("--by", "by", multiple=True, metavar="DIMENSION", help="Also the series of each category along this dimension; may be given several times.")
@click.option("--quarters", is_flag=True, help="Quarterly series instead of monthly ones.")
@click.option("--revisions", "history", is_flag=True, help="Show how much the newest adjusted figures of a year moved since they were first made.")
@out_option
@json_option
def seasonal(ws: Workspace, indicator: str | None, dims: tuple[str, ...], by: tuple[str, ...], quarters: bool, history: bool, out: Path | None, as_json: bool) -> None:
    """Show published monthly series without season and calendar effects.

    Without INDICATOR: what became of each series that the pack wants adjusted with every run. With it: its series are adjusted now, from published
    figures; one series is shown period by period, several with their verdicts. A series that is not adjusted says why. Needs the extra `seasonal`.

    \b
    Examples:
      karvan seasonal -w demo
      karvan seasonal TMP-01 -w demo
      karvan seasonal ADM-01 kind=received procedure=visa -w demo
      karvan seasonal TMP-01 --revisions -w demo
    """
    from karvan.country import for_workspace
    from karvan.indicators import dictionary
    from karvan.indicators.compute import definition_of
    from karvan.indicators.export import write
    from karvan.seasonal import told, values_of, verdicts, x13
    from karvan.seasonal.declared import declared
    from karvan.seasonal.history import revisions
    from karvan.seasonal.step import counted_over_time

    con = ws.connect(memory="400MB")
    if indicator is None:
        found = con.sql("select * from seasonal_series order by all").to_arrow_table()
        if not found.num_rows:
            raise DataError("No series is adjusted with every run.", where=str(ws.root), fix="run `karvan run`; if there are none then, declare series in seasonal.yaml of the pack, or name an indicator here")
        if out:
            write(found, out)
            return
        show([row | {"series": name_of(row)} for row in found.to_pylist()], VERDICTS, as_json=as_json)
        return
    country = for_workspace(ws)
    definition_of(dictionary(country), indicator)
    x13.require_program()
    made = verdicts(con, country, indicator, by=by, held=dimensions(dims), kinds=("quarter",) if quarters else ("month",))
    if not made:
        raise DataError(f"{indicator} has no published {'quarterly' if quarters else 'monthly'} series of this choice.", fix="choose another category; `karvan indicators list` shows periods and dimensions")
    if len(made) > 1 or not made[0].adjusted:
        if out:
            raise DataError("A file holds one adjusted series.", where=", ".join(name_of(told(v)) for v in made[:6]), fix="name one that is adjusted, with kind= and other dimensions")
        show([told(v) | {"series": name_of(told(v))} for v in made], VERDICTS, as_json=as_json)
        return
    rows: list[dict[str, Any]] = values_of(made[0])
    if history:
        flow = counted_over_time(country, indicator)(made[0].series)
        show(revisions(made[0], country.calendar, declared(country).feasts, flow=flow), ["period", "first", "now", "revision_percent", "verdict"], as_json=as_json)
        return
    if out:
        import pyarrow as pa

        write(pa.Table.from_pylist(rows), out)
        return
    show(rows, VALUES, as_json=as_json)
    if not as_json:
        row = told(made[0])
        click.echo(f"\n{row['engine']}: {row['composition']}, {row['model']}, {row['effects'] or 'no calendar effects'}; Q {row['q']:.2f}, M7 {row['m7']:.2f}")


def name_of(row: dict[str, Any]) -> str:
    """A series in one word: the indicator and what its dimensions stand at.

    >>> name_of({"indicator": "ADM-01", "kind": "received", "procedure": "visa", "channel": "_T", "frequency": "month"})
    'ADM-01 procedure=visa kind=received'
    """
    from karvan.tables import DIMENSIONS

    return " ".join([str(row["indicator"]), *(f"{d}={row[d]}" for d in DIMENSIONS if row.get(d) not in (None, "_T"))])
