"""Reading one feed: files in, typed rows out, in pieces of bounded size, as whole columns in DuckDB.

Rows that are good go to interim tables, one for each record of the contract (DuckDB spills them to disk when memory is short); rows
that are not go to `problems`, one line for each reason. Nothing is decided here about whole deliveries (`gates`) or about rows that say the same thing (`settle`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from karvan.country import Contract, Country
from karvan.errors import DataError
from karvan.expressions import literal
from karvan.intake.deliveries import Delivery
from karvan.intake.mapping import IDENTITY_COLUMNS, OWN, REASONS, REMARK, Plan, Problem, codes_rows, extra_sql, mapping, physical_columns
from karvan.intake.readers import Piece, read
from karvan.tables import TABLES

if TYPE_CHECKING:
    import duckdb

MOST_ROWS = 250_000
MOST_BYTES = 96 << 20
FACTS = pa.schema([("seq", pa.int32()), ("period", pa.string()), ("period_from_on", pa.date32()), ("period_to_on", pa.date32())])


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
    """Reads deliveries of one contract. `problems` is a DuckDB table; `interim[n]` is the table of the contract's n-th record, once there is one."""

    def __init__(self, con: duckdb.DuckDBPyConnection, contract: Contract, country: Country) -> None:
        self.con, self.contract, self.country = con, contract, country
        self.plan: Plan = mapping(contract, country)
        self.physical = physical_columns(contract)
        self.counts: dict[int, Counts] = {}
        self.interim: list[str | None] = [None] * len(self.plan.parts)
        self.waiting: list[pa.Table] = []
        self.facts: list[tuple[Any, ...]] = []
        self.signature: tuple[Any, ...] | None = None
        self.held_rows = self.held_bytes = 0
        self.spaced = False
        con.execute(
            "create or replace temp table problems (seq integer, row_no bigint, reason varchar, field varchar, found varchar, expected varchar, raw varchar)"
        )
        con.execute("create or replace temp table remarks as from problems")
        con.execute("create or replace temp table pseudonyms (kind varchar, number varchar, pseudonym varchar)")
        for table, listed in self.plan.lists.items():
            rows = codes_rows(listed, lenient=table.endswith("_any"))
            self.con.register("codes_in", pa.table({n: [r[i] for r in rows] for i, n in enumerate(("code", "target", "first_on", "last_on", "is_last"))}, schema=pa.schema(
                [("code", pa.string()), ("target", pa.string()), ("first_on", pa.date32()), ("last_on", pa.date32()), ("is_last", pa.bool_())])))  # fmt: skip
            con.execute(f"create or replace temp table {table} as select * from codes_in")
            con.unregister("codes_in")

    def take(self, seq: int, delivery: Delivery) -> None:
        """Read one delivery. A file that is not what the contract says leaves its rows out and its reason in `counts`."""
        counts = self.counts[seq] = Counts()
        self.facts.append((seq, delivery.period, delivery.period_from, delivery.period_to))
        assert delivery.path is not None
        try:
            for piece in read(delivery.path, self.contract):
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
        signature = (piece.form, piece.positions, piece.width, "cells" in piece.table.column_names)
        if self.signature != signature:
            self.flush()
        self.signature = signature
        self.waiting.append(piece.table.append_column("seq", pa.repeat(pa.scalar(seq, pa.int32()), piece.table.num_rows)))
        self.spaced |= piece.spaced
        self.held_rows += piece.table.num_rows
        self.held_bytes += piece.table.nbytes
        if self.held_rows >= MOST_ROWS or self.held_bytes >= MOST_BYTES:
            self.flush()

    def flush(self) -> None:
        """Type, code and check the rows that wait; write the good ones."""
        if not self.waiting or self.signature is None:
            return
        table = pa.concat_tables(self.waiting, promote_options="permissive")
        self.con.register("chunk", table)
        self.con.register("facts", pa.table({name: [fact[i] for fact in self.facts] for i, name in enumerate(FACTS.names)}, schema=FACTS))
        self.con.execute(f"create or replace temp table typed as select {', '.join(self._needed())} from ({self._typed_sql()})")
        self._count()
        self._look_again()
        for number in range(len(self.plan.parts)):
            self._pseudonyms(number)
            begin = f"create or replace temp table interim_{number} as" if self.interim[number] is None else f"insert into interim_{number}"
            self.con.execute(f"{begin} {self._part_sql(number)}")
            self.interim[number] = f"interim_{number}"
        self.con.unregister("chunk")
        self.con.unregister("facts")
        self.con.execute("drop table typed")
        self.facts = self.facts[-1:]    # a delivery may go on in the next piece
        self.waiting, self.signature, self.held_rows, self.held_bytes, self.spaced = [], None, 0, 0, False

    # -- SQL ---------------------------------------------------------------------------------------------------------

    def _source_sql(self, chunk: str) -> str:
        """The chunk with one text column p<n> per field of the contract, and `misfit`: why a row could not be cut into cells."""
        form, positions, width, has_cells = self.signature or ("", (), 0, False)
        fields, unpivot = self.contract.fields, self.contract.unpivot
        place = {name: i for i, name in enumerate(self.physical)}
        if form == "lines" and self.contract.format == "fixed_width":
            ends = [(f.start or 1) + (f.width or 1) - 1 for f in fields]
            needed = max((e for f, e in zip(fields, ends, strict=True) if f.required), default=1)
            cells = ", ".join(f"substring(raw, {f.start or 1}, {f.width or 1}) as p{i}" for i, f in enumerate(fields))
            misfit = f"case when length(raw) > {max(ends)} or length(rtrim(raw)) < {needed} - 64 then 'line_width' end"
            return f"select seq, row_no, 0 as item_no, raw, cast(length(raw) as varchar) as misfit_found, {misfit} as misfit, {cells} from {chunk}"
        if form == "lines":
            split = f"string_split(raw, {literal(self.contract.delimiter)})"
            inner = f"select seq, row_no, raw, {f'coalesce(cells, {split})' if has_cells else split} as c from {chunk}"
            where = {name: f"c[{positions[i]}]" for name, i in place.items()}
            misfit = f"case when len(c) = 0 then 'quotes' when len(c) <> {width} then 'columns' end"
            base, found = f"({inner})", "cast(len(c) as varchar)"
            item = "0"
        else:
            base, found, item = chunk, "'0'", "item_no"
            where = {name: f"p{i}" for name, i in place.items()}
            misfit = "case when item_no < 0 then 'columns' end"
        if not unpivot:
            cells = ", ".join(f"{where[f.column]} as p{i}" for i, f in enumerate(fields))
            return f"select seq, row_no, {item} as item_no, raw, {found} as misfit_found, {misfit} as misfit, {cells} from {base}"
        turned = ", ".join(f"{{'n': {literal(c)}, 'v': {where[c]}}}" for c in unpivot.columns)
        cells = ", ".join(f"{where[f.column]} as p{i}" for i, f in enumerate(fields) if f.column not in (unpivot.name, unpivot.value))
        renamed = ", ".join(
            f"{'u.n' if f.column == unpivot.name else 'u.v' if f.column == unpivot.value else f'p{i}'} as p{i}" for i, f in enumerate(fields)
        )
        kept = f"seq, row_no, raw, {found} as misfit_found, {misfit} as misfit{', ' + cells if cells else ''}"
        return (
            f"select seq, row_no, item as item_no, raw, misfit_found, misfit, {renamed} from "
            f"(select {kept}, unnest([{turned}]) as u, unnest(range(1, {len(unpivot.columns) + 1})) as item from {base})"
        )

    def _typed_sql(self, chunk: str = "chunk") -> str:
        """The chunk with cleaned (t), typed (x) and coded (m) columns, whether the row is bad, and whether it becomes any record."""
        plan = self.plan
        cleaned = ", ".join(f"{sql} as {name}" for name, sql in (plan.clean if self.spaced else plan.plain).items())
        typed = "".join(f", {sql} as {name}" for name, sql in plan.typed.items())
        coded = "".join(f", {sql} as {name}" for name, sql in plan.coded.items())
        first = f"select s.*, f.period, f.period_from_on, f.period_to_on, {cleaned}{typed} from ({self._source_sql(chunk)}) s join facts f using (seq)"
        second = f"select s.* exclude ({', '.join(f'p{i}' for i in range(len(self.contract.fields)))}){coded} from ({first}) s {' '.join(plan.joins)}"
        wrong = [p.condition for p in plan.problems]
        keep = " and ".join(f"coalesce(({sql}), false)" for sql, _ in plan.keeps) or "true"
        for part in plan.parts:
            wrong += [f"({self._wanted(part)}) and ({p.condition})" for p in part.problems]
        any_record = " or ".join(f"({self._wanted(part)})" for part in plan.parts)
        bad = " or ".join(f"coalesce(({w}), false)" for w in wrong) or "false"
        return f"select *, misfit is null and ({keep}) and ({any_record}) as made, misfit is not null or (({keep}) and ({bad})) as bad, {keep} as kept from ({second})"

    def _wanted(self, part: Any) -> str:
        """SQL: the row (or member of a row) becomes this record."""
        items = "item_no >= 1" if part.part.each else "item_no <= 1" if any(p.part.each for p in self.plan.parts) else "true"
        return f"{part.when} and {items}" if part.when else items

    @property
    def _many(self) -> bool:
        return self.contract.unpivot is not None or any(p.part.each for p in self.plan.parts)

    def _needed(self) -> list[str]:
        """Columns of the typed rows that good rows and counts need. The rest (a third of the bytes is the line itself) is made again for the few doubtful rows."""
        plan = self.plan
        numbers = (sql for part in plan.parts for _, sql in part.numbers.values())
        said = " ".join([*(self._part_sql(number) for number in range(len(plan.parts))), self._count_sql(), self._doubt(), *numbers])
        names = ("raw", "misfit_found", "kept", "period", "period_from_on", "period_to_on", *plan.clean, *plan.typed, *plan.coded)
        words = set(re.findall(r"\w+", said))
        return ["seq", "row_no", "item_no", "misfit", "made", "bad", *(name for name in names if name in words)]

    def _doubt(self) -> str:
        """SQL: there is something to say about the row."""
        remarks = [p.condition for p in (*self.plan.remarks, *(p for part in self.plan.parts for p in part.remarks))]
        return " or ".join(["bad", "not made", *(f"coalesce(({r}), false)" for r in remarks)])

    def _look_again(self) -> None:
        """Say what is wrong with the doubtful rows, if there are any."""
        if not self.con.execute(f"select 1 from typed where {self._doubt()} limit 1").fetchall():
            return
        rows = f"(select * from chunk where (seq, row_no) in (select seq, row_no from typed where {self._doubt()})) doubtful_chunk"
        self.con.execute(f"create or replace temp table doubtful as {self._typed_sql(rows)}")
        self._set_aside()
        self._remark()
        self.con.execute("drop table doubtful")

    def _count_sql(self) -> str:
        plan = self.plan
        cells = ["count(*) filter (misfit is null)"]
        cells += [f"count({plan.values[f.column].text}) filter (misfit is null)" for f in self.contract.fields if f.required]
        for _, has, missed in plan.code_columns + plan.digit_columns:
            cells += [f"count(*) filter (misfit is null and {has})", f"count(*) filter (misfit is null and {missed})"]
        return f"select seq, {', '.join(cells)} from {'typed where item_no <= 1' if self._many else 'typed'} group by seq order by seq"

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
            for place, (column, _, _) in enumerate(plan.code_columns + plan.digit_columns):
                kept = counts.codes if place < len(plan.code_columns) else counts.digits
                values, misses = kept.get(column, (0, 0))
                kept[column] = (values + pairs[2 * place], misses + pairs[2 * place + 1])

    def _entries(self, of_plan: list[Problem], of_part: str) -> list[str]:
        """SQL of each problem of a row as a struct, null where the row has none of it. `of_part` names the list of each part."""

        def entry(problem: Problem, condition: str) -> str:
            return (
                f"case when coalesce(({condition}), false) then {{'reason': {problem.reason_sql or literal(problem.reason)}, 'field': cast({literal(problem.column)} as varchar), "
                f"'found': cast({problem.found} as varchar), 'expected': cast({problem.expected} as varchar)}} end"
            )

        entries = [entry(problem, problem.condition) for problem in of_plan]
        for part in self.plan.parts:
            entries += [entry(problem, f"({self._wanted(part)}) and ({problem.condition})") for problem in getattr(part, of_part)]
        return entries

    def _remark(self) -> None:
        """What was not understood in rows that are read all the same."""
        entries = self._entries(self.plan.remarks, "remarks")
        if not entries:
            return
        good = "(seq, row_no) not in (select seq, row_no from problems)" if self._many else "not bad"
        self.con.execute(
            f"insert into remarks select distinct seq, row_no, {literal(REMARK)}, e.field, e.found, e.expected, raw from "
            f"(select seq, row_no, raw, unnest(list_filter([{', '.join(entries)}], lambda e: e is not null)) as e from doubtful where made and {good}) order by seq, row_no, 3, 4"
        )

    def _set_aside(self) -> None:
        """Every reason of every bad row, and the rows that say nothing the contract knows."""
        plan = self.plan
        entries = self._entries(plan.problems, "problems") + self._entries(plan.remarks, "remarks")
        width = self.signature[2] if self.signature else 0
        misfit = f"[{{'reason': misfit, 'field': null, 'found': misfit_found, 'expected': {literal(f'{width} columns' if width else 'the agreed layout')}}}]"
        listed = f"case when misfit is not null then {misfit} else list_filter([{', '.join(entries)}], lambda e: e is not null) end" if entries else misfit
        self.con.execute(
            f"insert into problems select distinct seq, row_no, e.reason, e.field, e.found, e.expected, raw from (select seq, row_no, raw, unnest({listed}) as e from doubtful where bad) "
            "order by seq, row_no, 3, 4"
        )
        reason = "'no_record'"
        because = "'the contract names no record for it'"
        if plan.keeps:
            cases = " ".join(f"when not coalesce(({sql}), false) then {literal(text)}" for sql, text in plan.keeps)
            because = f"case {cases} else {because} end"
            reason = "case when not kept then 'declared_out_of_scope' else 'no_record' end"
        self.con.execute(
            f"insert into problems select seq, row_no, min({reason}), null, null, min({because}), any_value(raw) from doubtful "
            "group by seq, row_no having not bool_or(bad) and not bool_or(made) order by seq, row_no"
            if self._many
            else f"insert into problems select seq, row_no, {reason}, null, null, {because}, raw from doubtful where not bad and not made order by seq, row_no"
        )

    def _pseudonyms(self, number: int) -> None:
        """Table `pseudonyms` of the numbers that stand in the typed rows: keyed hashes are dear, and a number comes back many times."""
        for kind, sql in self.plan.parts[number].numbers.values():
            self.con.execute(
                f"insert into pseudonyms select {literal(kind)}, number, pseudonym({literal(kind)}, number) from (select distinct {sql} as number from typed where made) n "
                f"where number is not null and not exists (select 1 from pseudonyms k where k.kind = {literal(kind)} and k.number = n.number)"
            )

    def _part_sql(self, number: int) -> str:
        """Good rows as one record: order, record_id, the record's columns, and those of `identities` (prefixed i_)."""
        part = self.plan.parts[number]
        declared = TABLES[part.part.record].columns
        columns = [f"cast({f'k_{c.name}.pseudonym' if c.name in part.numbers else part.columns.get(c.name, 'null')} as {c.duckdb_type}) as {c.name}" for c in declared if c.name not in OWN]
        looked_up = "".join(f" left join pseudonyms k_{name} on k_{name}.kind = {literal(kind)} and k_{name}.number = {sql}" for name, (kind, sql) in part.numbers.items())
        who = [f"cast({part.identity.get(name, 'null')} as varchar) as i_{name}" for name in IDENTITY_COLUMNS] if self.keeps_identities(number) else []
        day = [f"cast({part.observed_on} as date) as i_observed_on"] if who else []
        bad = "(seq, row_no) not in (select seq, row_no from problems)" if self._many else "not bad"
        rows = f"select seq, row_no, item_no, {part.record_id} as record_id, {extra_sql(self.plan, part)} as extra, {', '.join([*columns, *who, *day])} from typed{looked_up} where made and ({self._wanted(part)}) and {bad}"
        ordered = " order by seq, row_no, item_no" if self._many else ""    # pieces come in order, and DuckDB keeps it
        return f"select *, hash(record_id) as h from ({rows}){ordered}"

    def drop(self) -> None:
        """Let go of what was read."""
        for place, table in enumerate(self.interim):
            if table:
                self.con.execute(f"drop table {table} cascade")
            self.interim[place] = None

    def keeps_identities(self, number: int) -> bool:
        """Whether the n-th record speaks of a person that may be linked."""
        part = self.plan.parts[number]
        return bool(part.identity) and self.contract.person_key != "none"


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


def read_all(reading: Reading, deliveries: Iterable[tuple[int, Delivery]], progress: Any = None) -> None:
    """Read many deliveries, then what still waits."""
    for seq, delivery in deliveries:
        reading.take(seq, delivery)
        if progress:
            progress(delivery)
    reading.flush()
