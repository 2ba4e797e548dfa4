"""Reading one feed: files in, drafts of records out, in pieces of bounded size, as whole columns in DuckDB.

Rows that are good go to drafts; rows that are not go to `problems`, one line for each reason. Nothing is decided here about whole
deliveries (`gates`) or about rows that say the same thing (`settle`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.country import Contract, Country
from karvan.errors import DataError, PackError
from karvan.intake.aside import doubt, look_again
from karvan.intake.chunk import Shape, needed, typed_sql
from karvan.intake.deliveries import Delivery
from karvan.intake.drafts import Draft, words_used, write_drafts
from karvan.intake.fields import codes_rows
from karvan.intake.mapping import mapping
from karvan.intake.plan import REASONS, Plan, physical_columns, place
from karvan.intake.readers import Piece, read

if TYPE_CHECKING:
    import duckdb

MOST_ROWS = 250_000
MOST_BYTES = 96 << 20
BATCH = 16_384
AHEAD = 6    # pieces of a file that are cut into lines while earlier ones are typed
LARGE = 16 << 20
FORMS = ("date", "number", "whole_number", "yes_no")    # reasons that speak of the form of a value
FACTS = pa.schema([("seq", pa.int32()), ("delivery_id", pa.string()), ("part", pa.string()), ("period", pa.string()), ("period_from_on", pa.date32()), ("period_to_on", pa.date32())])
CODES = pa.schema([("code", pa.string()), ("target", pa.string()), ("first_on", pa.date32()), ("last_on", pa.date32()), ("is_last", pa.bool_())])


@dataclass
class Counts:
    """What is counted about one delivery while it is read."""

    rows: int = 0
    readable: int = 0
    fill: dict[str, int] = field(default_factory=dict)
    codes: dict[str, tuple[int, int]] = field(default_factory=dict)
    digits: dict[str, tuple[int, int]] = field(default_factory=dict)
    unreadable: DataError | None = None

    def plain(self) -> dict[str, Any]:
        return {"rows": self.rows, "readable": self.readable, "fill": self.fill, "codes": self.codes, "digits": self.digits}


class Reading:
    """Reads deliveries of one contract. `problems` and `remarks` are tables on the connection; `drafts` are files, in the order of reading.

    `where` gives the folder of the drafts of a table; without it only counts and problems are made.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, contract: Contract, country: Country, where: Callable[[str], Path] | None = None) -> None:
        self.con, self.contract, self.country, self.where = con, contract, country, where
        self.plan: Plan = mapping(contract, country)
        self.counts: dict[int, Counts] = {}
        self.drafts: list[Draft] = []
        self.waiting: list[pa.Table] = []
        self.facts: list[tuple[Any, ...]] = []    # of the deliveries that wait: see FACTS
        self.shape: Shape | None = None
        self.held_rows = self.held_bytes = 0
        self.spaced = False
        self.columns = ", ".join(needed(self.plan, f"{words_used(self.plan)} {self._count_sql()} {doubt(self.plan)}"))
        con.execute("create or replace temp table problems (seq integer, row_no bigint, reason varchar, field varchar, found varchar, expected varchar, raw varchar)")
        con.execute("create or replace temp table remarks as from problems")
        con.execute("create or replace temp table pseudonyms (kind varchar, number varchar, pseudonym varchar)")
        for table, listed in self.plan.lists.items():
            rows = codes_rows(listed, lenient=table.endswith("_any"))
            self.con.register("codes_in", pa.table({name: [r[i] for r in rows] for i, name in enumerate(CODES.names)}, schema=CODES))
            con.execute(f"create or replace temp table {table} as select * from codes_in")
            con.unregister("codes_in")
        self._try_out()

    def _try_out(self) -> None:
        """Let the engine read the plan once, over an empty row. Raises PackError where an expression compares what cannot be compared."""
        import duckdb

        names = [f"cast(null as varchar) as p{i}" for i in range(len(physical_columns(self.contract)))]
        self.con.execute("create or replace temp view one_row as select 0 as seq, cast(1 as bigint) as row_no, cast(0 as bigint) as item_no, '' as raw, " + ", ".join(names))
        self.con.execute("create or replace temp view facts as select 0 as seq, '' as delivery_id, '' as part, '' as period, date '2000-01-01' as period_from_on, date '2000-01-01' as period_to_on")
        try:
            self.con.execute(f"select * from ({typed_sql(self.plan, Shape('cells', (), 0, False), spaced=True, chunk='one_row')})").fetchall()
        except (duckdb.ConversionException, duckdb.BinderException) as wrong:
            said = str(wrong).splitlines()[0].split(": ", 1)[-1]
            raise PackError(
                f"A rule of the contract cannot be worked out: {said}", where=place(self.contract, "where, checks or when"), fix="compare numbers with numbers, dates with dates, and text with text in quotes"
            ) from None
        finally:
            self.con.execute("drop view one_row")
            self.con.execute("drop view facts")

    def take(self, seq: int, delivery: Delivery) -> None:
        """Read one delivery. A file that is not what the contract says leaves its rows out and its reason in `counts`."""
        counts = self.counts[seq] = Counts()
        self.facts.append((seq, delivery.delivery_id, delivery.part, delivery.period, delivery.period_from, delivery.period_to))
        assert delivery.path is not None
        pieces = read(delivery.path, self.contract)
        try:
            for piece in ahead(pieces) if delivery.path.stat().st_size > LARGE else pieces:
                counts.rows += len(set(piece.table["row_no"].to_pylist())) if any(p.part.each for p in self.plan.parts) else piece.table.num_rows
                self._add(seq, piece)
        except DataError as wrong:
            counts.unreadable = wrong
            counts.rows = max(counts.rows, self._lines(delivery.path))

    def _lines(self, path: Path) -> int:
        """Rows of a file that could not be read: lines of a text file less its header; 0 where nobody can tell."""
        if self.contract.format not in ("csv", "fixed_width", "jsonl") or path.suffix in (".gz", ".zip"):
            return 0
        with open(path, "rb") as stream:
            lines = sum(1 for line in stream if line.strip())
        return max(0, lines - (1 if self.contract.format == "csv" and self.contract.header else 0))

    def _add(self, seq: int, piece: Piece) -> None:
        shape = Shape(piece.form, piece.positions, piece.width, "cells" in piece.table.column_names)
        if self.shape != shape:
            self.flush()
        self.shape = shape
        self.waiting.append(piece.table.append_column("seq", pa.repeat(pa.scalar(seq, pa.int32()), piece.table.num_rows)))
        self.spaced |= piece.spaced
        self.held_rows += piece.table.num_rows
        self.held_bytes += piece.table.nbytes
        if self.held_rows >= MOST_ROWS or self.held_bytes >= MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Type, code and check the rows that wait; write the good ones."""
        if not self.waiting or self.shape is None:
            return
        con, plan = self.con, self.plan
        chunk = pa.concat_tables(self.waiting, promote_options="permissive")
        con.register("chunk", pa.Table.from_batches(chunk.to_batches(max_chunksize=BATCH), chunk.schema))    # each batch is one thread's work
        con.register("facts", pa.table({name: [fact[i] for fact in self.facts] for i, name in enumerate(FACTS.names)}, schema=FACTS))
        con.execute(f"create or replace temp table typed as select {self.columns} from ({typed_sql(plan, self.shape, spaced=self.spaced)})")
        self._count()
        look_again(con, plan, self.shape, spaced=self.spaced)
        if self.where:
            parts: dict[str, list[int]] = {}
            for seq, _, part, *_ in self.facts:
                parts.setdefault(part, []).append(seq)
            self.drafts += write_drafts(con, plan, parts, self.where)
        con.unregister("chunk")
        con.unregister("facts")
        con.execute("drop table typed")
        self.facts = self.facts[-1:]    # a delivery may go on in the next piece
        self.waiting, self.shape, self.held_rows, self.held_bytes, self.spaced = [], None, 0, 0, False

    def _count_sql(self) -> str:
        plan = self.plan
        required = {f.column for f in self.contract.fields if f.required}
        other_form = [f"({p.condition})" for p in plan.problems if p.reason in FORMS and p.column in required]     # all dates of a file in another form: another layout
        read = f"misfit is null and not coalesce({' or '.join(other_form)}, false)" if other_form else "misfit is null"
        cells = [f"count(*) filter ({read})"]
        cells += [f"count({plan.values[f.column].text}) filter ({read})" for f in self.contract.fields if f.required]
        for _, has, missed in plan.code_columns + plan.digit_columns:
            cells += [f"count(*) filter ({read} and {has})", f"count(*) filter ({read} and {missed})"]
        return f"select seq, {', '.join(cells)} from {'typed where item_no <= 1' if plan.many else 'typed'} group by seq order by seq"

    def _count(self) -> None:
        """Counts for the gates, by delivery."""
        plan = self.plan
        required = [f.column for f in self.contract.fields if f.required]
        for seq, readable, *numbers in self.con.execute(self._count_sql()).fetchall():
            counts = self.counts[seq]
            counts.readable += readable
            for column, number in zip(required, numbers, strict=False):
                counts.fill[column] = counts.fill.get(column, 0) + number
            pairs = numbers[len(required) :]
            for nth, (column, _, _) in enumerate(plan.code_columns + plan.digit_columns):
                kept = counts.codes if nth < len(plan.code_columns) else counts.digits
                values, misses = kept.get(column, (0, 0))
                kept[column] = (values + pairs[2 * nth], misses + pairs[2 * nth + 1])

    def drop(self) -> None:
        """Let go of the drafts that no table took."""
        for draft in self.drafts:
            for path in (draft.records, draft.identities):
                if path:
                    path.unlink(missing_ok=True)
        self.drafts = []


def ahead(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, each made on another thread before it is asked for."""
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, pieces, None) for _ in range(AHEAD))
        while (piece := waiting.popleft().result()) is not None:
            waiting.append(thread.submit(next, pieces, None))
            yield piece


def reason_text(country: Country, code: str, lang: str) -> str:
    """A reason code in words of a language."""
    key = f"intake.reason.{code}"
    return country.text(key, lang) if key in country.texts else REASONS.get(code, code)


def set_pseudonym_key(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Define `pseudonym(kind, number)` on a connection: HMAC-SHA-256 (RFC 2104) of kind and number, its first 32 hex digits; null for null."""
    padded = key.ljust(64, b"\0")
    con.execute("set variable karvan_inner = $1", [bytes(b ^ 0x36 for b in padded)])
    con.execute("set variable karvan_outer = $1", [bytes(b ^ 0x5C for b in padded)])
    con.execute(
        "create or replace temp macro pseudonym(kind, number) as substr(sha256(getvariable('karvan_outer') || "
        "unhex(sha256(getvariable('karvan_inner') || encode(kind || '|' || number)))), 1, 32)"
    )
