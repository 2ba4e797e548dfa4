"""Vintages and provisional migrations, made safe and kept in the workspace for whoever may read published figures.

Every vintage of a cell is rounded by the draw of that cell, as `safe_cubes` is: a figure that did not change is published unchanged, and no series of vintages averages the rounding away. Only totals
are kept. Of provisional migrations nothing is told of how many crossings are open, or of the spread of their chances, where they are fewer than the least denominator of the policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

import pyarrow as pa

from karvan import disclosure
from karvan.country import Country, for_workspace
from karvan.disclosure.policies import cells_of, policy_of
from karvan.disclosure.rounding import draw, key_for_rounding, rounded
from karvan.errors import DataError
from karvan.indicators import dictionary
from karvan.indicators.compute import cube, definition_of
from karvan.indicators.periods import period_of
from karvan.intervals import Z
from karvan.lifecourse.residence import UR_12_16
from karvan.revisions.declared import declared
from karvan.revisions.provisional import provisional
from karvan.revisions.replay import covered, dated_on, replayed, vintage_days
from karvan.tables import DIMENSIONS, TABLES
from karvan.workspace import Progress, Workspace, quiet

WHOLE = " and ".join(f"coalesce({d} = '_T', true)" for d in DIMENSIONS if d not in ("kind", "method"))     # totals alone
ARROW = {"text": pa.string(), "real": pa.float64(), "day": pa.date32()}


def publish(ws: Workspace, indicators: Sequence[str] = (), on: Sequence[date] = (), *, progress: Progress = quiet) -> list[dict[str, Any]]:
    """Write `safe_vintages` and `safe_provisional`. Call it under `ws.lock()`.

    Without `indicators`: those that the pack declares in `revisions.yaml`; without `on`: days as many months apart as it declares. Vintages and provisional figures of these indicators that were there before
    are replaced; those of others stay.

    Returns
    -------
    One row for each indicator: `indicator`, `vintages`, `cells`, `provisional` (periods with a provisional figure) and `why_not` (why there are none; null: there are, or nobody asked).

    Raises
    ------
    DataError
        No indicator is named and none declared; one is unknown; a day lies outside the days that the crossings cover.
    """
    country = for_workspace(ws)
    said = declared(country)
    names = list(dict.fromkeys(indicators or said.figures))
    if not names:
        raise DataError("No indicator is named, and no pack declares one.", where=str(ws.root), fix="name one, as in `karvan revisions FLW-01 --publish`, or add revisions.yaml to the pack")
    made = safe_vintages(ws, country, names, on or vintage_days(ws, said.every), progress=progress)
    flows = {flow: name for flow, name in said.provisional.items() if name in names}
    key, known_on = key_for_rounding(ws.pseudonym_key()), covered(ws)[1]
    expected: list[dict[str, Any]] = []
    why_not = None
    if flows:
        try:
            expected = safe_provisional(provisional(ws).to_pylist(), flows, country.indicators, key, known_on=known_on)
        except DataError as wrong:      # too few decided crossings to learn from: the vintages are published all the same
            why_not = str(wrong).splitlines()[0]
    with ws.transaction() as tx:
        for name in names:
            for table, rows in (("safe_vintages", made), ("safe_provisional", expected)):
                own = [row for row in rows if row["indicator"] == name]
                if own:
                    tx.write(table, in_order(table, own), part=name)
                elif name in {part.key for part in ws.version(table, at=tx.base).parts}:
                    tx.drop(table, part=name)
    return [
        {
            "indicator": name, "vintages": len({row["vintage_on"] for row in made if row["indicator"] == name}), "cells": sum(row["indicator"] == name for row in made),
            "provisional": sum(row["indicator"] == name for row in expected), "why_not": why_not if name in flows.values() else None,
        } for name in names
    ]  # fmt: skip


def safe_vintages(ws: Workspace, country: Country, names: Sequence[str], on: Sequence[date], *, progress: Progress = quiet) -> list[dict[str, Any]]:
    """The rows of `safe_vintages`: totals of each vintage, treated as the cubes in force are."""
    known = dictionary(country)
    wanted = [definition_of(known, name) for name in names]
    key = key_for_rounding(ws.pseudonym_key())
    columns = ", ".join(c for c in TABLES["safe_vintages"].column_names if c not in ("vintage_on", "dated_on"))
    found: list[dict[str, Any]] = []
    for day, place in replayed(ws, on, progress=progress):
        for definition in wanted:
            cube(place, definition)
        every = " union all by name ".join(f"select * from {table} where {WHOLE}" for table in place.done.values())     # with what they are made of
        place.con.execute(f"create or replace temp table vintage_cells as {every}")
        place.con.execute("create or replace temp view cubes as from vintage_cells")
        made = disclosure.treat(place.con, country.indicators, key)
        for definition in wanted:
            rows = place.con.sql(f"select {columns}, {dated_on(definition)} as dated_on from {made[definition.id]}").to_arrow_table()
            found += [row | {"vintage_on": day} for row in rows.to_pylist()]
    return found


def safe_provisional(
    rows: Sequence[Mapping[str, Any]], flows: Mapping[str, str], definitions: Mapping[str, Mapping[str, Any]], key: bytes, *, known_on: date
) -> list[dict[str, Any]]:
    """The rows of `safe_provisional`, from those of `provisional` of periods that have ended and are not decided whole: totals, years and months.

    >>> row = {"flow": "immigration", "period": "2025", "citizenship": "_T", "decided": 264.0, "open": 492, "value": 597.8, "standard_error": 6.3}
    >>> (made,) = safe_provisional([row], {"immigration": "FLW-01"}, {"FLW-01": {"id": "FLW-01", "count": "residence_spells"}}, b"k", known_on=date(2026, 6, 30))
    >>> made["value"] in (595.0, 600.0), made["standard_error"], (made["high"] - made["low"]) / 2, str(made["final_on"])
    (True, 7.0, 20.0, '2027-05-02')
    """
    found = []
    for row in rows:
        ends_on = period_of(row["period"]).end
        if row["citizenship"] != "_T" or row["flow"] not in flows or not row["open"] or ends_on > known_on:
            continue
        name = flows[row["flow"]]
        policy, cell = policy_of(definitions[name], definitions), f"{cells_of(definitions[name]).family}|{row['period']}"
        value, decided, left = (rounded(row[what], policy.base, draw(key, prefix + cell)) for what, prefix in (("value", ""), ("decided", "decided "), ("open", "open ")))
        half = ceil(Z * row["standard_error"] / policy.base - 1e-9) * policy.base + policy.base
        made = {
            "indicator": name, "period": row["period"], "decided": min(decided, value), "open": left, "value": value, "standard_error": float(ceil(row["standard_error"])), "low": max(value - half, 0.0),
            "high": value + half, "final_on": ends_on + timedelta(UR_12_16.window), "known_on": known_on,
        }  # fmt: skip
        found.append(made if row["open"] >= policy.least_denominator else made | dict.fromkeys(("open", "standard_error", "low", "high")))
    return found


def in_order(table: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as the table is declared, in the order of its key."""
    declared_as = TABLES[table]
    schema = pa.schema([(c.name, ARROW[c.type]) for c in declared_as.columns])
    return pa.Table.from_pylist(list(rows), schema=schema).sort_by([(name, "ascending") for name in declared_as.key])
