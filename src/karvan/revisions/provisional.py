"""Provisional migrations with standard errors: what UR-12/16 has decided, and a fitted chance for each crossing that it has not.

A crossing of the last sixteen months may or may not turn out to be a migration. A classifier learns from older crossings, looked at from as early a day, which did: from the days spent on
either side so far, where the person is, permits, earlier stays and citizenship. The provisional figure is the sum of what is decided and of the chances; its standard error has the spread of
the chances and of the fitted weights. The office that invented the rule publishes its provisional figures so.

Source: Stats NZ, "Migration Data Transformation" (datainfoplus.stats.govt.nz), the outcomes-based measure; our features are our own. McCullagh, P. and Nelder, J. A. (1989), "Generalized Linear Models".
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from karvan.errors import DataError
from karvan.intervals import Z
from karvan.lifecourse.residence import UR_12_16
from karvan.revisions.replay import covered

if TYPE_CHECKING:
    from karvan.workspace import Workspace

LEAST = 50      # crossings that were a migration, and that were not, without which nothing is fitted


def provisional(ws: Workspace) -> pa.Table:
    """Migrations of each year and month by UR-12/16, with the expected part of what it has not decided.

    Returns
    -------
    `flow` (immigration, emigration), `period` (2025, 2025-11), `citizenship` (`_T` is the total), `decided` (migrations decided), `expected` (sum of chances of the others), `open`
    (crossings not decided), `value` (decided and expected), `standard_error`, `low`, `high` (95 per cent), untreated: not for publication.

    Raises
    ------
    DataError
        There are no crossings, or too few decided ones to learn from.
    """
    from karvan.country import for_workspace

    national = for_workspace(ws).national
    first, until = covered(ws)
    con = ws.connect(memory=ws.memory(1200))
    try:
        query = (Path(__file__).parent / "chances.sql").read_text(encoding="utf-8")
        rows = con.sql(query, params={"first_on": first, "until_on": until, "window": UR_12_16.window}).to_arrow_table()
    finally:
        con.close()
    return expected_migrations(rows, national=national)


def expected_migrations(rows: pa.Table, *, national: str) -> pa.Table:
    """The table that `provisional` returns, from the rows of `chances.sql`."""
    from karvan.lifecourse.compared import score

    seen = {name: rows.column(name).to_numpy(zero_copy_only=False) for name in rows.column_names if name not in ("moved_on", "citizenship")}
    citizenship = np.array(rows.column("citizenship").to_pylist())
    told = np.where(seen["new_side"] >= UR_12_16.threshold, 1, np.where(seen["old_side"] > UR_12_16.tolerance, 0, -1))     # what the days so far decide by themselves
    shown = features(seen, citizenship == national)
    chance = np.where(told >= 0, told, 0.0).astype(float)
    spread: dict[str, Any] = {}
    for flow in ("immigration", "emigration"):
        learn = (seen["flow"] == flow) & seen["old"] & (told < 0)
        ask = (seen["flow"] == flow) & ~seen["old"] & (told < 0)
        if not ask.any():
            continue
        migrated = seen["migrated"][learn].astype(float)
        if min(migrated.sum(), len(migrated) - migrated.sum()) < LEAST:
            raise DataError(f"Too few decided crossings to learn from: {int(migrated.sum())} of {len(migrated)} were {flow}.", where=flow, fix=f"wait until {LEAST} of each kind are decided")
        weights, spread[flow] = fitted(shown[learn], migrated)
        chance[ask] = score(shown[ask], weights)
    decided = np.where(seen["old"], seen["migrated"], told == 1).astype(bool)
    open_now = ~seen["old"] & (told < 0)
    chance = np.where(seen["old"], seen["migrated"], chance).astype(float)
    chance *= _not_yet(seen["person_id"], seen["flow"], np.where(open_now, chance, decided.astype(float)))
    groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i, (flow, moved_on, held) in enumerate(zip(seen["flow"], rows.column("moved_on").to_pylist(), citizenship, strict=True)):
        for period in (f"{moved_on:%Y}", f"{moved_on:%Y-%m}"):
            groups[flow, period, "_T"].append(i)
            groups[flow, period, str(held)].append(i)
    made = []
    for (flow, period, held), members in sorted(groups.items()):
        at = np.array(members)
        open_at = at[open_now[at]]
        p = chance[open_at]
        gradient = (p * (1 - p)) @ np.column_stack([np.ones(len(p)), shown[open_at]]) if len(p) else None
        variance = float((p * (1 - p)).sum() + (gradient @ spread[flow] @ gradient if gradient is not None and flow in spread else 0.0))
        fixed, expected, error = float(chance[at[~open_now[at]]].sum()), float(p.sum()), variance**0.5
        if fixed or expected > 1e-9:
            made.append((flow, period, held, fixed, expected, len(open_at), fixed + expected, error, max(fixed, fixed + expected - Z * error), fixed + expected + Z * error))
    names = ("flow", "period", "citizenship", "decided", "expected", "open", "value", "standard_error", "low", "high")
    return pa.table({name: [row[i] for row in made] for i, name in enumerate(names)})


def features(seen: dict[str, Any], national: np.ndarray) -> np.ndarray:
    """What the classifier sees of each crossing, one row each."""
    age, new, old = (seen[name].astype(float) / 100 for name in ("age", "new_side", "old_side"))
    here, permitted, seeks = (seen[name].astype(float) for name in ("on_new_side", "permitted", "seeks"))
    before = np.minimum(seen["stays_before"].astype(float), 6)
    return np.column_stack([age, new, old, here, permitted, seeks, national.astype(float), before, here * new, here * permitted, here * national, permitted * new, national * new, np.log1p(new * 100), here * before])


def fitted(shown: np.ndarray, migrated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of a logistic regression (the first is the constant) and their covariance (the inverse of the information)."""
    from karvan.lifecourse.compared import fit, score

    ones = np.ones(len(shown))
    weights = fit(shown, ones, migrated)
    x = np.column_stack([ones, shown])
    p = score(shown, weights)
    return weights, np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]) + 1e-6 * np.eye(x.shape[1]))


def _not_yet(person: np.ndarray, flow: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Chance that none of a person's earlier crossings in the same direction, since the last decided one, was the migration already: who has come in to stay cannot come in to stay again."""
    out = np.ones(len(person))
    left: dict[tuple[Any, str], float] = {}
    for i, (who, way) in enumerate(zip(person, flow, strict=True)):
        key = (who, way)
        if chance[i] >= 1.0 or chance[i] <= 0.0:
            left[key] = 1.0
            continue
        out[i] = left.get(key, 1.0)
        left[key] = out[i] * (1 - chance[i])
    return out
