"""A whole table of identities, encoded: what the platform would hold if every agency had run `karvan encode`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.linkage.encode.encoder import Encoder

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS = {"doc_no": "document", "personal_no": "personal_no", "register_no": "register_no"}
NAMES = ("surname", "given_names", "patronymic", "full_name")
LEFT_OUT = ("birth_place", "address")       # not used for linkage, and readable


def encode_identities(table: pa.Table, encoder: Encoder) -> pa.Table:
    """Encode the identifying columns of a table of identities; the others stay as they are."""
    import pyarrow as pa

    years = [int(d[:4]) if d and d[:4].isdigit() else None for d in table["birth_date"].to_pylist()]
    made = {}
    for name in table.column_names:
        column = table[name]
        if name in NAMES:
            encode = getattr(encoder, name)
            known: dict[tuple[str | None, int | None], str | None] = {}
            values = []
            for pair in zip(column.to_pylist(), years, strict=True):
                if pair not in known:
                    known[pair] = encode(*pair)
                values.append(known[pair])
            made[name] = pa.array(values, pa.string())
        elif name == "birth_date":
            dates = {d: encoder.birth_date(d) for d in set(column.to_pylist())}
            made[name] = pa.array([dates[d] for d in column.to_pylist()], pa.string())
        elif name in NUMBERS:
            numbers = {n: encoder.number(n, NUMBERS[name]) for n in set(column.to_pylist())}
            made[name] = pa.array([numbers[n] for n in column.to_pylist()], pa.string())
        elif name in LEFT_OUT:
            made[name] = pa.nulls(len(table), pa.string())
        else:
            made[name] = column
    return pa.table(made)
