"""An agency's file without names: the same rows and columns, with keyed encodings in place of names, numbers and days of birth.

It runs at the agency, before the file leaves the building. Beside the encoded file stands the contract that reads it; the platform takes both
as it takes any file, links the encodings (`karvan.linkage.encode`), and never holds a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from karvan.country import Contract, Country
from karvan.errors import PackError
from karvan.intake.cells import cells
from karvan.linkage.encode import LEFT_OUT, NAMES, NUMBERS, Encoder

# What describes the cells of the file as it came, and says nothing of the encoded one.
OF_THE_FILE = ("encoding", "delimiter", "header", "sheet", "skip_rows", "rows", "namespaces")
OF_THE_CELL = ("start", "width", "path")
OF_THE_TEXT = ("date", "partial", "decimal", "check_digit", "check_column")


@dataclass(frozen=True)
class Encoded:
    """What became of a file: rows written, rows that could not be cut into cells (by reason, and the first few numbers), birth dates that are none, and the secret's name."""

    rows: int
    not_cut: Mapping[str, int]
    first_not_cut: tuple[int, ...]
    no_dates: int
    secret: str


def roles(contract: Contract) -> dict[str, str]:
    """What becomes of each identifying column of a contract: a name, birth date or number of `identities`, `blank` for what is left out.

    Raises PackError for a contract that names nobody, and for one whose rows hold several members or figures: such files are not encoded.
    """
    if contract.unpivot or any(part.each for part in contract.records):
        raise PackError("Rows that hold several members or figures are not encoded.", where=str(contract.path or contract.id), fix="deliver one row for each person")
    found = {f.column: f.identity for f in contract.fields if f.identity}
    for part in contract.records:
        found |= {column: target.removeprefix("identity.") for target, column in part.fields.items() if target.startswith("identity.")}
    made = {column: "blank" if role in LEFT_OUT else role for column, role in found.items() if role in (*NAMES, *NUMBERS, *LEFT_OUT, "birth_date")}
    if not made:
        raise PackError("The contract names nobody: there is nothing to encode.", where=str(contract.path or contract.id), fix="send the file as it is")
    made |= {f.column: f.pseudonym for f in contract.fields if f.pseudonym and f.column not in made}
    digits = {f.check_column for f in contract.fields if f.check_column and f.column in made}      # a digit of a number says a tenth of it
    return made | {f.column: "blank" for f in contract.fields if f.drop or f.column in digits}


def encode_file(path: Path, contract: Contract, country: Country, encoder: Encoder, out: Path) -> Encoded:
    """Write a file again as Parquet, its identifying columns encoded; a draft beside `out` takes its place when all is written.

    Raises DataError where the file is not what the contract says, PackError as `roles` does.
    """
    role_of = roles(contract)
    born = next((column for column, role in role_of.items() if role == "birth_date"), None)
    schema = pa.schema([(f.column, pa.string()) for f in contract.fields])
    draft = out.with_name(out.name + ".draft")
    rows, not_cut, first, no_dates = 0, Counter[str](), list[int](), 0
    try:
        with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
            for table in cells(path, contract, country, dates=(born,) if born else ()):
                for row_no, misfit in zip(table["row_no"].to_pylist(), table["misfit"].to_pylist(), strict=True):
                    if misfit:
                        not_cut[misfit] += 1
                        first += [row_no] if len(first) < 5 else []
                whole = table.filter(pc.is_null(table["misfit"]))
                no_dates += whole[born].null_count if born else 0
                writer.write_table(encode_columns(whole, role_of, born, encoder).cast(schema))
                rows += whole.num_rows
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return Encoded(rows, dict(not_cut), tuple(first), no_dates, encoder.name)


def encode_columns(table: pa.Table, role_of: Mapping[str, str], born: str | None, encoder: Encoder) -> pa.Table:
    """The columns of the contract, with those of a role encoded. A name is salted with the year of birth in its row."""
    dates = table[born].to_pylist() if born else [None] * table.num_rows
    years = [int(d[:4]) if d else None for d in dates]
    made = {}
    for name in table.column_names[2:]:
        role, column = role_of.get(name), table[name]
        if role is None:
            made[name] = column
        elif role == "blank":
            made[name] = pa.nulls(table.num_rows, pa.string())
        elif role in NAMES:
            pairs = list(zip(column.to_pylist(), years, strict=True))
            sent = {pair: getattr(encoder, role)(*pair) for pair in set(pairs)}
            made[name] = pa.array([sent[pair] for pair in pairs], pa.string())
        else:
            kind = NUMBERS.get(role, role)
            known = {text: encoder.birth_date(text) if role == "birth_date" else encoder.number(text, kind) for text in set(column.to_pylist())}
            made[name] = pa.array([known[text] for text in column.to_pylist()], pa.string())
    return pa.table(made)


def encoded_contract(contract: Contract) -> str:
    """The contract, as YAML, by which the platform reads the encoded files: the same id, fields and rules, for Parquet and without what described the text of the file.

    Raises PackError for a contract that was not read from a file, and as `roles` does.
    """
    from ruamel.yaml import YAML

    if contract.path is None:
        raise PackError("The contract is in no file.", where=contract.id, fix="name the file of the contract")
    role_of = roles(contract)
    yaml = YAML()
    yaml.width = 200
    content = yaml.load(contract.path.read_text(encoding="utf-8"))
    for listed in content["schema"]:
        listed["physicalType"] = "parquet"
        for spec in listed["properties"]:
            own = [one for one in spec.get("customProperties", []) if one["property"] not in OF_THE_CELL]
            if spec["name"] in role_of:
                spec["logicalType"] = "string"
                own = [one for one in own if one["property"] not in OF_THE_TEXT]
            if role_of.get(spec["name"]) == "blank":
                spec.pop("required", None)
            if own or "customProperties" in spec:
                spec["customProperties"] = own
    for one in content["customProperties"]:
        if one["property"] == "karvan":
            said: dict[str, Any] = one["value"]
            for key in OF_THE_FILE:
                said.pop(key, None)
            if "file" in said:
                said["file"] = Path(str(said["file"])).with_suffix(".parquet").name
            if said.get("gates"):
                said["gates"].pop("check_digit_share", None)
    content["version"] = f"{content['version']}-encoded"
    out = StringIO()
    yaml.dump(content, out)
    return out.getvalue()
