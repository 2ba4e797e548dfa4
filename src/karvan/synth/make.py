"""Make a synthetic country: lives, then what the agencies write of them, then the files they deliver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from karvan.country import Country
from karvan.errors import PackError, nearest
from karvan.synth.cultures import Cultures
from karvan.synth.defects import DEFECTS, before_the_files, damage
from karvan.synth.desk import Window, check_digits, count_rows, open_office, write_sheet
from karvan.synth.files import write_files
from karvan.synth.ledger import Ledger
from karvan.synth.names import name_everybody
from karvan.synth.sheet import Sheet
from karvan.synth.truth import TRUTH, arrow_schema

Progress = Callable[[str, float], None]
MEMORY = "1500MB"
"""What DuckDB may hold; the rest of the desk stands on disk while files are written."""
PIECE = 400_000
"""Rows that stand in memory at a time, about. The cut decides which numbers are drawn, so it is a constant and no option."""


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
    from karvan.synth.lives.story import tell

    progress("lives", 0.0)
    truth.mkdir(parents=True, exist_ok=True)
    for name, table in tell(country.synth["lives"], seed=seed, residents=residents):
        with Ledger(truth / f"{name}.parquet", arrow_schema(TRUTH[name])) as ledger:
            ledger.add(table)
        del table
    pa.default_memory_pool().release_unused()
    time = country.synth["lives"]["time"]
    return deliver(
        truth, country, extracts=extracts, truth_folder=truth, seed=seed, window=(time["deliveries_from"], time["end"]),
        without=without, defect_rates=defect_rates, progress=lambda message, done: progress(message, 0.4 + 0.6 * done),
    )  # fmt: skip


def deliver(
    truth: Path,
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
        Folder with the tables of `karvan.synth.truth.TRUTH`, a Parquet file each.
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
    truth_folder.mkdir(parents=True, exist_ok=True)
    named = dict(zip(("spells", "passports"), name_everybody(_people(truth), cultures, seed=seed, rates=settings.get("names", {})), strict=True))
    names = named["spells"].select(["person_no", "from_on", "surname", "given_names", "patronymic", "script"])
    with Ledger(truth_folder / "names.parquet", names.schema) as ledger:
        ledger.add(names)
    del names
    named["passports"] = named["passports"].append_column("digit", check_digits(named["passports"]["doc_no"]))
    desk = truth_folder / ".tmp"
    shutil.rmtree(desk, ignore_errors=True)
    desk.mkdir()
    con = duckdb.connect(str(desk / "desk.duckdb"), config={"memory_limit": MEMORY, "temp_directory": str(desk)})
    con.execute("set enable_progress_bar = false")
    con.execute("set preserve_insertion_order = true")
    progress("registers", 0.1)
    open_office(con, truth, named, country, settings)
    pa.default_memory_pool().release_unused()
    with Ledger(truth_folder / "hard_cases.parquet", _HARD) as hard:
        hard.add(con.sql(Path(__file__).with_name("hard_cases.sql").read_text(encoding="utf-8")).to_arrow_table().cast(_HARD))
    before_the_files(con, rates)
    made = Made()
    feeds = settings["feeds"]
    with Ledger(truth_folder / "record_person.parquet", _WHO) as who, Ledger(truth_folder / "defects.parquet", _DEFECTS) as what:
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
            whole = Window(*window)
            memory: dict[str, dict[str | None, bool]] = {}
            waiting: Sheet | None = None
            for piece in pieces(contract.period, whole, rows=count_rows(con, about, window=whole)):
                sheet = write_sheet(con, contract, about, window=whole, piece=piece, national=country.national, words=settings.get("words"))
                damage(sheet, own, country=country, cultures=cultures, settings=settings, seed=seed, window=whole, piece=piece, memory=memory)
                if waiting is not None:
                    sheet.join(waiting)
                waiting = sheet.split_after(piece.last)  # what comes late waits for the piece that holds its day
                sheet.sort()
                file, row = write_files(sheet, extracts / feed, due=piece.periods(contract.period), leave_out=gaps)
                who.add(_record_person(sheet, file, row))
                for table in _defects(sheet, file, row):
                    what.add(table)
                made.rows[feed] = made.rows.get(feed, 0) + len(sheet)
                for defect, rows in sheet.marks:
                    made.defects[defect] = made.defects.get(defect, 0) + len(rows)
                del sheet, file, row
            made.files[feed] = len(list((extracts / feed).iterdir()))
    con.close()
    shutil.rmtree(desk, ignore_errors=True)
    progress("done", 1.0)
    return made


def pieces(period: str, window: Window, *, rows: int) -> list[Window]:
    """Cut the window of a feed so that no sheet stands in memory with much more than `PIECE` rows: in one, by years, quarters or months.

    A daily feed comes year by year at least. Feeds of longer periods than a month come in one piece.

    >>> [str(p.last) for p in pieces("month", Window(date(2023, 7, 1), date(2024, 12, 31)), rows=2 * PIECE)]
    ['2023-12-31', '2024-12-31']
    """
    if period not in ("day", "month"):
        return [window]
    months = [date(y, m, 1) for y in range(window.first.year, window.last.year + 1) for m in range(1, 13)]
    cut: list[Window] = []
    for every in (12, 3, 1) if period == "day" else (0, 12, 3, 1):
        starts = [window.first, *(day for day in months if every and (day.month - 1) % every == 0 and window.first < day <= window.last)]
        ends = [*(day - timedelta(1) for day in starts[1:]), window.last]
        cut = [Window(first, last) for first, last in zip(starts, ends, strict=True)]
        if rows <= PIECE * len(cut):
            break
    return cut


def _people(truth: Path) -> dict[str, pa.Table]:
    """What names are made of."""
    wanted = {
        "people": ["person_no", "sex", "born_on", "culture", "mother_no", "father_no"],
        "name_changes": None,
        "documents": ["person_no", "doc_no", "issued_on"],
    }
    return {name: pq.read_table(truth / f"{name}.parquet", columns=columns) for name, columns in wanted.items()}


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
    return {
        name: {feed: min(rate * factor, 0.95) if rate < 1 else rate for feed, rate in by_feed.items()} for name, by_feed in known.items() if name not in off
    }


def _record_person(sheet: Sheet, file: pa.Array, row: np.ndarray) -> pa.Table:
    filled = sheet.has("_person")
    at = pa.array(filled)
    feed = pa.array([sheet.contract.id] * len(filled), pa.string())
    return pa.table([feed, sheet.columns["_key"].take(at), file.take(at), pa.array(row[filled]), sheet.columns["_person"].take(at)], schema=_WHO)


_WHO = pa.schema([("feed", pa.string()), ("key", pa.string()), ("file", pa.string()), ("row_no", pa.int64()), ("person_no", pa.int64())])
_HARD = pa.schema([("person_no", pa.int64()), ("kind", pa.string()), ("other_no", pa.int64())])
"""`hard_cases`: who is easily taken for another (twins, namesakes, siblings, a son called as his father), or for two (renamed, dual nationals, new passports)."""
_DEFECTS = pa.schema([("feed", pa.string()), ("file", pa.string()), ("row_no", pa.int64()), ("defect", pa.string())])


def _defects(sheet: Sheet, file: pa.Array, row: np.ndarray) -> list[pa.Table]:
    tables = []
    for defect, rows in sheet.marks:
        at = pa.array(rows)
        n = len(rows)
        tables.append(
            pa.table([pa.array([sheet.contract.id] * n, pa.string()), file.take(at), pa.array(row[rows]), pa.array([defect] * n, pa.string())], schema=_DEFECTS)
        )
    return tables
