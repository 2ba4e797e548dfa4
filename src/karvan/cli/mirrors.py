"""`karvan mirrors`: the same people, as two sides count them."""

from __future__ import annotations

from pathlib import Path

import click

from karvan.cli.terminal import json_option, out_option, show, workspace_option
from karvan.errors import DataError, nearest
from karvan.workspace import Workspace

COLUMNS = ["year", "code", "own", "mirror", "asymmetry", "taken", "value"]
PAIRS = ["pair", "own", "mirror", "take", "years", "asymmetry"]


@click.command()
@click.argument("pair", required=False)
@workspace_option
@click.option("--year", default="", help="Show this year alone.")
@out_option
@json_option
def mirrors(ws: Workspace, pair: str | None, year: str, out: Path | None, as_json: bool) -> None:
    """Show published figures beside those that others publish of the same people.

    Without PAIR: the pairs that the packs name, the years for which both sides have figures, and the median asymmetry (difference in per cent of the mean). With PAIR: every
    year, and every code of the dimension by which the two are laid side by side; which figure is taken is said by the pack's rule. With -o the rows go to a CSV or Parquet file.

    \b
    Examples:
      karvan mirrors -w demo
      karvan mirrors asylum_abroad --year 2023 -w demo
    """
    import pyarrow as pa

    from karvan.country import for_workspace
    from karvan.indicators.export import write
    from karvan.quality import mirror_rows, totals_of, typical

    pairs = for_workspace(ws).quality.get("mirrors", {})
    if not pairs:
        raise DataError("The packs of this workspace name no mirrors.", fix="add quality/mirrors.yaml to a pack")
    if pair is not None and pair not in pairs:
        raise DataError(f"No pair is called '{pair}'.", fix=nearest(pair, list(pairs)) or f"use one of {', '.join(pairs)}")
    made_up = (ws.root / "truth").exists()
    con = ws.connect(memory="500MB")
    found = {name: mirror_rows(con, said, made_up=made_up) for name, said in pairs.items() if pair in (None, name)}
    if pair is None:
        listed = [{"pair": name, "own": pairs[name]["own"], "mirror": pairs[name]["mirror"], "take": pairs[name].get("take", "larger"), "years": len(totals_of(rows)), "asymmetry": typical(rows)} for name, rows in found.items()]
        show(listed, PAIRS, as_json=as_json)
        return
    rows = [row for row in found[pair] if year in ("", row["year"])]
    if not rows:
        why = "figures of a made-up country are not compared with the real world's" if made_up and not found[pair] else "no year has figures of both sides"
        raise DataError(f"There is nothing to compare: {why}.", where=f"pair {pair}{f', year {year}' if year else ''}", fix="choose another pair or year")
    if out:
        write(pa.Table.from_pylist(rows), out)
    else:
        show(rows, COLUMNS, as_json=as_json)
