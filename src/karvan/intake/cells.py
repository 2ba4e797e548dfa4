"""The rows of a file as its contract cuts them, before anything is made of them: for whoever writes the file again in another form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from karvan.country import Contract, Country
from karvan.intake.chunk import Shape, source_sql
from karvan.intake.mapping import mapping
from karvan.intake.readers import read
from karvan.workspace import new_connection


def cells(path: Path, contract: Contract, country: Country, *, dates: tuple[str, ...] = ()) -> Iterator[pa.Table]:
    """The rows of a file in bounded pieces.

    Columns: `row_no`; `misfit`, a reason code where the row could not be cut into cells, else null; and each column of the contract as text,
    without blanks around it, null where it is empty. Columns named in `dates` are in ISO 8601, partial where the contract lets them be, null
    where the text is no date in the agreed form.

    Raises DataError where the file as a whole is not what the contract says.
    """
    plan = mapping(contract, country)
    con = new_connection(memory="900MB")
    try:
        typed = {name: plan.typed[value.raw] for name in dates if (value := plan.values[name]).raw in plan.typed}
        iso = {name: sql if plan.values[name].kind == "partial" else f"strftime({sql}, '%Y-%m-%d')" for name, sql in typed.items()}
        shown = ", ".join(f"{iso.get(f.column, f't{number}')} as {quoted(f.column)}" for number, f in enumerate(contract.fields))
        cleaned = ", ".join(f"{sql} as {name}" for name, sql in plan.clean.items())
        for piece in read(path, contract):
            shape = Shape(piece.form, piece.positions, piece.width, "cells" in piece.table.column_names)
            con.register("chunk", piece.table.append_column("seq", pa.array([0] * piece.table.num_rows, pa.int32())))
            cut = f"select *, {cleaned} from ({source_sql(plan, shape)})"
            yield con.sql(f"select row_no, misfit, {shown} from ({cut}) order by row_no, item_no").to_arrow_table()
            con.unregister("chunk")
    finally:
        con.close()


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
