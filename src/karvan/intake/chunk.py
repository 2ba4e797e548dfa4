"""SQL of a chunk: from lines or cells to typed, coded rows that know whether they are good.

A chunk is a relation with columns seq (number of the delivery), row_no, raw and, where the reader has cut it, cells. Beside it stands
`facts`: what is known of each delivery (its id, its period).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from karvan.expressions import literal
from karvan.intake.plan import Part, Plan, physical_columns


@dataclass(frozen=True)
class Shape:
    """How the lines of a chunk are cut: see `readers.Piece`. `has_cells`: lines with quotation marks come with their cells."""

    form: str
    positions: tuple[int, ...]
    width: int
    has_cells: bool


def source_sql(plan: Plan, shape: Shape, chunk: str = "chunk") -> str:
    """The chunk with one text column p<n> per field of the contract, and `misfit`: why a row could not be cut into cells."""
    contract = plan.contract
    fields, unpivot = contract.fields, contract.unpivot
    place = {name: i for i, name in enumerate(physical_columns(contract))}
    if shape.form == "lines" and contract.format == "fixed_width":
        ends = [(f.start or 1) + (f.width or 1) - 1 for f in fields]
        needed = max((e for f, e in zip(fields, ends, strict=True) if f.required), default=1)
        cells = ", ".join(f"substring(raw, {f.start or 1}, {f.width or 1}) as p{i}" for i, f in enumerate(fields))
        misfit = f"case when length(raw) > {max(ends)} or length(rtrim(raw)) < {needed} - 64 then 'line_width' end"
        return f"select seq, row_no, 0 as item_no, raw, cast(length(raw) as varchar) as misfit_found, {misfit} as misfit, {cells} from {chunk}"
    if shape.form == "lines":
        split = f"string_split(raw, {literal(contract.delimiter)})"
        inner = f"select seq, row_no, raw, {f'coalesce(cells, {split})' if shape.has_cells else split} as c from {chunk}"
        where = {name: f"c[{shape.positions[i]}]" for name, i in place.items()}
        misfit = f"case when len(c) = 0 then 'quotes' when len(c) <> {shape.width} then 'columns' end"
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


def typed_sql(plan: Plan, shape: Shape, *, spaced: bool, chunk: str = "chunk") -> str:
    """The chunk with cleaned (t), typed (x, u) and coded (m) columns, whether the row is bad, and whether it becomes any record."""
    cleaned = ", ".join(f"{sql} as {name}" for name, sql in (plan.clean if spaced else plan.plain).items())
    typed = "".join(f", {sql} as {name}" for name, sql in plan.typed.items())
    coded = "".join(f", {sql} as {name}" for name, sql in plan.coded.items())
    first = f"select s.*, f.delivery_id, f.period, f.period_from_on, f.period_to_on, {cleaned}{typed} from ({source_sql(plan, shape, chunk)}) s join facts f using (seq)"
    second = f"select s.* exclude ({', '.join(f'p{i}' for i in range(len(plan.contract.fields)))}){coded} from ({first}) s {' '.join(plan.joins)}"
    wrong = [p.condition for p in plan.problems]
    keep = " and ".join(f"coalesce(({sql}), false)" for sql, _ in plan.keeps) or "true"
    for part in plan.parts:
        becomes = wanted(plan, part)
        wrong += [f"({becomes}) and ({p.condition})" if becomes != "true" else p.condition for p in part.problems]
    any_record = " or ".join(f"({wanted(plan, part)})" for part in plan.parts)
    bad = f"coalesce({' or '.join(f'({w})' for w in wrong)}, false)" if wrong else "false"
    own = "".join(f", {sql} as {name}" for part in plan.parts for name, sql in own_columns(part).items())
    return f"select *, misfit is null and ({keep}) and ({any_record}) as made, misfit is not null or (({keep}) and ({bad})) as bad, {keep} as kept{own} from ({second})"


def own_columns(part: Part) -> dict[str, str]:
    """What a record needs more than once: its number (r<n>), and the numbers that become pseudonyms."""
    return {f"r{part.place}": part.record_id} | {number_name(part, name): sql for name, (_, sql) in part.numbers.items()}


def number_name(part: Part, column: str) -> str:
    return f"{column}_of_{part.place}"


def wanted(plan: Plan, part: Part) -> str:
    """SQL: the row (or member of a row) becomes this record."""
    items = "item_no >= 1" if part.part.each else "item_no <= 1" if any(p.part.each for p in plan.parts) else "true"
    return f"{part.when} and {items}" if part.when else items


def needed(plan: Plan, said: str) -> list[str]:
    """Columns of the typed rows that `said` (SQL) speaks of. The rest (a third of the bytes is the line itself) is made again for the few doubtful rows."""
    own = [name for part in plan.parts for name in own_columns(part)]
    names = ("raw", "misfit_found", "kept", "period", "period_from_on", "period_to_on", *plan.clean, *plan.typed, *plan.coded)
    words = set(re.findall(r"\w+", said))
    return ["seq", "delivery_id", "row_no", "item_no", "misfit", "made", "bad", *(name for name in names if name in words), *own]
