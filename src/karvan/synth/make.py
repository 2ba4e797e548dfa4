"""Make a synthetic country: lives, then what the agencies write of them, then the files they deliver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from karvan.country import Contract, Country
from karvan.errors import PackError, nearest
from karvan.synth.defects import DEFECTS, before_the_files, damage
from karvan.synth.desk import Window, open_office, write_sheet
from karvan.synth.files import write_files
from karvan.synth.names import Cultures, name_everybody
from karvan.synth.sheet import Sheet
from karvan.synth.truth import TRUTH, arrow_schema

Progress = Callable[[str, float], None]


@dataclass
class Made:
    """What was made: rows by feed, rows touched by defect."""

    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    defects: dict[str, int] = field(default_factory=dict)


def make(
    country: Country,
    *,
    residents: int,
    seed: int,
    extracts: Path,
    truth: Path,
    without: Iterable[str] = (),
    defect_rates: float = 1.0,
    progress: Progress = lambda message, done: None,
) -> Made:
    """Simulate lives and deliver what the agencies write of them: extracts by feed, truth apart.

    Parameters
    ----------
    residents
        People usually resident; visitors come on top.
    extracts, truth
        Folders to write to. The same country, residents, seed and locked versions give the same bytes.
    """
    from karvan.synth.lives import simulate

    progress("lives", 0.0)
    tables = {name: table.cast(arrow_schema(TRUTH[name])) for name, table in simulate(country.synth["lives"], seed=seed, residents=residents).items()}
    truth.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, truth / f"{name}.parquet")
        del table
    time = country.synth["lives"]["time"]
    return deliver(
        tables, country, extracts=extracts, truth_folder=truth, seed=seed, window=(time["deliveries_from"], time["end"]),
        without=without, defect_rates=defect_rates, progress=lambda message, done: progress(message, 0.4 + 0.6 * done),
    )  # fmt: skip


def deliver(
    truth: dict[str, pa.Table],
    country: Country,
    *,
    extracts: Path,
    truth_folder: Path,
    seed: int,
    window: tuple[date, date],
    without: Iterable[str] = (),
    defect_rates: float = 1.0,
    progress: Progress = lambda message, done: None,
) -> Made:
    """Write the agencies' files of a simulated country into `extracts/<feed>/`, and who is who into `truth_folder`.

    Parameters
    ----------
    truth
        The tables of `karvan.synth.truth.TRUTH`, by name; the dictionary is emptied as they are taken over.
    without
        Defects to leave out, by their names (Q05).
    defect_rates
        Factor on every rate below one.

    Raises
    ------
    PackError
        A feed without a contract, or a defect that nobody knows.
    """
    import duckdb

    settings = country.synth["agencies"]
    rates = rates_of(settings, without=without, factor=defect_rates)
    folder = next(p.folder for p in country.lending if (p.folder / "synth" / "names" / "cultures.yaml").exists()) / "synth" / "names"
    cultures = Cultures(folder)
    progress("names", 0.0)
    spells, passports = name_everybody(truth, cultures, seed=seed, rates=settings.get("names", {}))
    truth_folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(_names_truth(spells), truth_folder / "names.parquet")
    con = duckdb.connect(":memory:", config={"memory_limit": "3GB", "temp_directory": str(truth_folder / ".tmp")})
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = true")
    progress("registers", 0.1)
    open_office(con, truth, spells, passports, country, settings)
    del spells, passports
    before_the_files(con, rates)
    made = Made()
    who: list[pa.Table] = []
    what: list[pa.Table] = []
    feeds = settings["feeds"]
    for number, (feed, about) in enumerate(feeds.items()):
        progress(feed, 0.15 + 0.85 * number / len(feeds))
        contract = country.contracts.get(feed)
        if contract is None:
            raise PackError(
                f"The synthetic country delivers '{feed}', and no contract has that id.",
                where="synth/agencies.yaml",
                fix=nearest(feed, list(country.contracts)) or "write the contract first",
            )
        own = {defect: by_feed[feed] for defect, by_feed in rates.items() if feed in by_feed}
        gaps = frozenset(str(p) for p in (settings.get("gaps") or {}).get(feed, ()))
        waiting: Sheet | None = None
        for part in _parts(contract, Window(*window)):
            sheet = write_sheet(con, contract, about, window=part, national=country.national, words=settings.get("words"))
            damage(sheet, own, country=country, cultures=cultures, settings=settings, seed=seed, window=Window(*window), part=part)
            if waiting is not None:
                sheet.join(waiting)
            waiting = sheet.split_after(part.last)  # what comes late waits for the part that holds its day
            sheet.sort()
            file, row = write_files(sheet, extracts / feed, due=part.periods(contract.period), leave_out=gaps)
            who.append(_record_person(sheet, file, row))
            what += _defects(sheet, file, row)
            made.rows[feed] = made.rows.get(feed, 0) + len(sheet)
            for defect, rows in sheet.marks:
                made.defects[defect] = made.defects.get(defect, 0) + len(rows)
        made.files[feed] = len(list((extracts / feed).iterdir()))
    con.close()
    shutil.rmtree(truth_folder / ".tmp", ignore_errors=True)
    pq.write_table(pa.concat_tables(who), truth_folder / "record_person.parquet")
    pq.write_table(pa.concat_tables(what) if what else _DEFECTS.empty_table(), truth_folder / "defects.parquet")
    progress("done", 1.0)
    return made


def _parts(contract: Contract, window: Window) -> list[Window]:
    """The window of a daily feed year by year, so that a large border never stands in memory whole; of others in one piece."""
    if contract.period != "day":
        return [window]
    years = range(window.first.year, window.last.year + 1)
    return [Window(max(window.first, date(y, 1, 1)), min(window.last, date(y, 12, 31))) for y in years]


def rates_of(settings: Mapping[str, Any], *, without: Iterable[str] = (), factor: float = 1.0) -> dict[str, dict[str, float]]:
    """Rates by defect and feed, with some switched off and all others multiplied (a rate of 1 stays: it happens always).

    >>> rates_of({"defects": {"Q01": {"f": 0.02}}}, factor=2)["Q01"]["f"]
    0.04
    """
    known = settings.get("defects") or {}
    off = set(without)
    for name in off | set(known):
        if name not in DEFECTS:
            raise PackError(
                f"There is no defect '{name}'.",
                where="synth/agencies.yaml or --without",
                fix="name one of Q01 to Q25 or X1 to X3; docs/explanation/synthetic-country.md says what each does",
            )
    return {name: {feed: min(rate * factor, 0.95) if rate < 1 else rate for feed, rate in by_feed.items()} for name, by_feed in known.items() if name not in off}


def _names_truth(spells: pa.Table) -> pa.Table:
    return spells.select(["person_no", "from_on", "surname", "given_names", "patronymic", "script"])


def _record_person(sheet: Sheet, file: pa.Array, row: np.ndarray) -> pa.Table:
    filled = sheet.has("_person")
    at = pa.array(filled)
    feed = pa.array([sheet.contract.id] * len(filled), pa.string())
    return pa.table(
        {
            "feed": feed,
            "key": sheet.columns["_key"].take(at),
            "file": file.take(at),
            "row_no": pa.array(row[filled]),
            "person_no": sheet.columns["_person"].take(at),
        }
    )


_DEFECTS = pa.schema([("feed", pa.string()), ("file", pa.string()), ("row_no", pa.int64()), ("defect", pa.string())])


def _defects(sheet: Sheet, file: pa.Array, row: np.ndarray) -> list[pa.Table]:
    tables = []
    for defect, rows in sheet.marks:
        at = pa.array(rows)
        n = len(rows)
        tables.append(pa.table([pa.array([sheet.contract.id] * n, pa.string()), file.take(at), pa.array(row[rows]), pa.array([defect] * n, pa.string())], schema=_DEFECTS))
    return tables
