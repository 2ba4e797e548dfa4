"""What is seen in a file before anything is made of it: its form, its columns, their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SAMPLE_BYTES = 8 << 20
SAMPLE_ROWS = 5_000


@dataclass
class Column:
    """One column: its heading or path, the values of the rows looked at, and what kind of values they are (see `kinds`).

    `date` is the form of its days, `clock` whether they have a time; `number` one of integer, number, comma. `kept` is the name
    that the contract uses where the heading is empty or stands twice; `above` is a heading over several columns.
    """

    heading: str
    values: list[str] = field(default_factory=list)
    kept: str = ""
    above: list[str] = field(default_factory=list)
    path: str | None = None
    start: int | None = None
    width: int | None = None
    filled: float = 0.0
    distinct: int = 0
    date: str | None = None
    clock: bool = False
    ambiguous: bool = False
    partial: bool = False
    number: str | None = None

    @property
    def name(self) -> str:
        return self.kept or self.heading

    @property
    def present(self) -> list[str]:
        return [v for v in self.values if v]

    @property
    def unique(self) -> bool:
        return self.filled == 1.0 and self.distinct == len(self.values) > 1


@dataclass
class Look:
    """A file as it was seen. `words` is all that may tell its subject: name, sheet, titles, elements. `each` is the path of nested members."""

    form: str
    columns: list[Column] = field(default_factory=list)
    count: int = 0
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    header: bool = True
    skip_rows: int = 0
    rows: str | None = None
    each: str | None = None
    namespaces: Mapping[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    totals: str | None = None    # column that is empty, or says "total", in rows of totals at the end
    total_word: str | None = None


def headed(header: list[str], rows: list[list[str]], look: Look) -> None:
    """Give a look its columns by a row of headings.

    Where a filled column has no heading, or two have the same, columns are known by their place (c1, c2, ...) and the header is skipped.
    """
    width = max(len(header), max((len(r) for r in rows), default=0))
    header = [*header, *[""] * (width - len(header))]
    columns = [Column(h.strip(), [r[i].strip() if i < len(r) else "" for r in rows]) for i, h in enumerate(header)]
    named = [c.heading for c in columns if c.heading or c.present]
    if "" in named or len(set(named)) < len(named):
        look.header, look.skip_rows = False, look.skip_rows + 1
        look.doubts.append("two headings are the same, or a filled column has none: columns are known by their place (c1, c2, ...); ask for a header with a name for each column")
        for place, column in enumerate(columns, start=1):
            column.kept = f"c{place}"
        look.columns = columns
    else:
        look.columns = [c for c in columns if c.heading]
    look.count = len(rows)


def without_totals(header: list[str], rows: list[list[str]], look: Look) -> list[list[str]]:
    """The rows without those of totals at the end, which are noted in the look."""
    from karvan.intake.draft.terms import is_total

    kept = list(rows)
    while len(kept) > 3:
        last = kept[-1]
        filled = [i for i, v in enumerate(last) if v.strip()]
        word = next((last[i] for i in filled if is_total(last[i])), None)
        usual = sum(bool(v.strip()) for row in kept[:50] for v in row) / len(kept[:50])
        if filled and not (word and len(filled) <= max(3, 0.7 * usual)):
            break
        if filled:
            place = next(i for i, v in enumerate(last) if v == word)
            look.totals, look.total_word = header[place].strip() if place < len(header) else None, word
        kept.pop()
    return kept
