"""A dry run: what would become of a file, without a workspace being changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from karvan.country import Contract, Country
from karvan.expressions import literal
from karvan.intake import gates as judging
from karvan.intake.deliveries import delivery_of
from karvan.intake.plan import REASONS, REMARK
from karvan.intake.reading import Reading, reason_text, set_pseudonym_key
from karvan.workspace import new_connection

SAYABLE = ("code", "code_not_valid", REMARK, "columns", "line_width", "date", "number", "whole_number", "yes_no", "check")


@dataclass(frozen=True)
class Finding:
    """One kind of trouble: how many rows, an example that names nobody, and the first row."""

    reason: str
    field: str | None
    rows: int
    example: str | None
    expected: str | None
    first_row: int
    words: str

    def line(self) -> str:
        said = f"'{self.example}' {self.words[0].lower()}{self.words[1:]}" if self.example else self.words
        hint = f" Expected: {self.expected}" if self.expected and self.reason not in ("required", "key") else ""
        return said + hint


@dataclass(frozen=True)
class Checked:
    """Result of a dry run. `gates` of the whole delivery; `findings` of rows, most frequent first; `sample` are some failing rows."""

    feed: str
    period: str | None
    rows: int
    records: int
    set_aside: int
    findings: tuple[Finding, ...]
    gates: tuple[judging.Gate, ...]
    first_records: tuple[dict[str, Any], ...] = ()

    @property
    def failed_gates(self) -> list[judging.Gate]:
        return [g for g in self.gates if not g.passed]


def check(path: Path, contract: Contract, country: Country, *, before: Iterable[dict[str, Any]] = (), lang: str = "en", show: int = 0) -> Checked:
    """Read a file by a contract and say what would become of its rows. Nothing is kept.

    Raises DataError where the file as a whole is not what the contract says (encoding, delimiter, columns), PackError where the
    contract is wrong. `before` are lines of the ledger that fill rates are compared with; `show` records are given back.
    """
    with tempfile.TemporaryDirectory(prefix="karvan-check-") as scratch:
        con = new_connection(memory="900MB", temp=Path(scratch))
        try:
            set_pseudonym_key(con, b"dry run")
            reading = Reading(con, contract, country, lambda table: Path(scratch) / table)
            delivery = delivery_of(path, contract)
            reading.take(0, delivery)
            reading.flush()
            counts = reading.counts[0]
            if counts.unreadable is not None:
                raise counts.unreadable
            records = sum(sum(draft.rows.values()) for draft in reading.drafts)
            aside = con.execute("select count(distinct row_no) from problems").fetchall()[0][0]
            verdict = [judging.Gate("file_name", None, delivery.file, contract.file, delivery.fits_name)]
            verdict += judging.judge(counts.plain(), [judging.counts_of(row) for row in before if row["state"] == "accepted"], contract)
            first: list[dict[str, Any]] = []
            if show:
                from karvan.tables import TABLES

                for draft in reading.drafts:
                    part = reading.plan.parts[draft.place]
                    names = [c.name for c in TABLES[part.part.record].columns if c.name in part.columns and c.sensitivity in ("P0", "P1", "P2")]
                    if names:
                        found = con.execute(f"select {', '.join(names)} from read_parquet({literal(str(draft.records))}) limit {int(show)}")
                        first += [{"record": part.part.record} | dict(zip(names, row, strict=True)) for row in found.fetchall()]
            return Checked(contract.id, delivery.period, counts.rows, records, aside, tuple(findings(con, contract, country, lang)), tuple(verdict), tuple(first))
        finally:
            con.close()


def findings(con: Any, contract: Contract, country: Country, lang: str) -> list[Finding]:
    """The reasons in table `problems`, most frequent first; values that could speak of a person are not shown."""
    fields = {f.column: f for f in contract.fields}
    made = []
    query = (
        "select reason, field, count(distinct row_no), mode(found), mode(expected), min(row_no) from (from problems union all from remarks) group by reason, field, case when reason in ('check', 'declared_out_of_scope') then expected end "
        "order by 3 desc, 1, 2"
    )
    for reason, field, rows, found, expected, first in con.execute(query).fetchall():
        spec = fields.get(field)
        plain = reason in SAYABLE and (spec is None or ((spec.identity is None or spec.code_list or spec.codes) and spec.sensitivity in ("P0", "P1", "P2") and not spec.key))
        example = found if plain and reason != "check" else None
        words = reason_text(country, reason, lang) if country else REASONS[reason]
        if reason in ("code", REMARK) and example and spec is not None:
            known = list(spec.codes or ()) or [c.code for c in country.code_list(str(spec.code_list))] if (spec.codes or spec.code_list) else []
            near = get_close_matches(example, known, n=1, cutoff=0.6)
            expected = f"did you mean '{near[0]}'?" if near else expected
        made.append(Finding(reason, field, rows, example, expected, first, words))
    return made
