"""Data contracts: what a file of an agency holds and what its columns become.

A contract is an Open Data Contract Standard (v3) file. What the standard does not know (record type, date profile, code
list, how a row is cut into records) stands in `customProperties`; this module reads both into one frozen object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError

FORMATS = ("csv", "fixed_width", "xlsx", "xml", "json", "jsonl", "parquet")
PERIODS = ("day", "month", "year", "snapshot", "edition")
OPENINGS = ("events", "state")
PERSON_KEYS = ("personal_no", "register_no", "document", "none")
# What may stand in customProperties of one property, and of the contract under `karvan`.
FIELD_KEYS = (
    "field",
    "identity",
    "codes",
    "code_list",
    "date",
    "partial",
    "decimal",
    "start",
    "width",
    "path",
    "drop",
    "check_digit",
    "check_column",
    "pseudonym",
    "null_values",
)
CONTRACT_KEYS = (
    "record", "records", "encoding", "delimiter", "header", "sheet", "skip_rows", "rows", "namespaces", "unpivot", "constants", "derive", "where", "checks",
    "period", "covers", "file", "person_key", "one_per_person", "observed_on", "opens_with", "completeness_by", "gates", "citation", "licence",
)  # fmt: skip
# Those that the contract holds just as they are written.
AS_WRITTEN = tuple(key for key in CONTRACT_KEYS if key not in ("record", "records", "unpivot", "where", "checks", "covers"))


@dataclass(frozen=True)
class ContractField:
    """One physical column and what becomes of it.

    `field` is the column of the record type it fills, `identity` the column of `identities`; both empty and not dropped: it goes
    to `extra`. `key`: part of the natural key. `codes` maps values in place; `code_list` names a list of the pack. `check_column`
    holds the check digit of this column as printed; `pseudonym` names the kind of number (personal_no, employer) whose keyed
    pseudonym fills the field instead of the number.
    """

    column: str
    type: str = "string"
    field: str | None = None
    identity: str | None = None
    key: bool = False
    required: bool = False
    sensitivity: str = "P2"
    description: str = ""
    codes: Mapping[str, str | None] | None = None
    code_list: str | None = None
    date: str | None = None
    partial: bool = False
    decimal: str | None = None
    start: int | None = None
    width: int | None = None
    path: str | None = None
    drop: bool = False
    check_digit: str | None = None
    check_column: str | None = None
    pseudonym: str | None = None
    null_values: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordPart:
    """One record that a row yields: its type, when (an expression; empty: always), and for each of what nested members.

    `fields` maps a column of the record type (or `identity.<column>`) to a physical column, over what the properties say;
    `constants` gives columns a fixed value.
    """

    record: str
    when: str | None = None
    each: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A hard rule of a row: rows for which it is false are set aside. An unknown answer (null) passes."""

    expression: str
    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Left:
    """A declared filter: figures for which `keep` is not true yield no record; they are counted under `because`, not set aside."""

    keep: str
    because: str


@dataclass(frozen=True)
class Unpivot:
    """One row of figures side by side becomes a record a figure: each of `columns` in turn gives its name to `name` and its content to `value`.

    `columns` are the physical names; the properties of the contract, `derive`, `when` and `checks` speak of `name` and `value` as of any
    column: `codes` on the property `name` say what each column stands for. A source row stays one row: its number and fate are those
    of the whole line.
    """

    columns: tuple[str, ...]
    name: str
    value: str


@dataclass(frozen=True)
class Contract:
    """What a feed delivers and how it is read. `docs/reference/contracts.md` explains every key.

    Without a `header` the columns are called c1, c2, ... Whole numbers of a spreadsheet are read without a decimal point.
    """

    id: str
    name: str
    version: str
    institution: str
    format: str
    fields: tuple[ContractField, ...]
    records: tuple[RecordPart, ...]
    pack: str = ""
    path: Path | None = None
    status: str = "active"
    domain: str = ""
    purpose: str = ""
    limitations: str = ""
    usage: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    header: bool = True
    sheet: str | None = None
    skip_rows: int = 0
    rows: str | None = None
    namespaces: Mapping[str, str] = field(default_factory=dict)
    unpivot: Unpivot | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    derive: Mapping[str, str] = field(default_factory=dict)
    where: tuple[Left, ...] = ()
    checks: tuple[Check, ...] = ()
    period: str = "edition"
    covers: tuple[date | None, date | None] = (None, None)
    file: str = "*"
    person_key: str = "none"
    one_per_person: str = ""
    observed_on: str | None = None
    opens_with: str = "events"
    completeness_by: str | None = None
    gates: Mapping[str, Any] = field(default_factory=dict)
    citation: str = ""
    licence: str = ""
    frequency: str | None = None
    latency_days: int | None = None
    sla: Mapping[str, Any] = field(default_factory=dict)
    valid_from: date | None = None

    @property
    def record(self) -> str:
        """The record type of the rows; the first, where a row yields several."""
        return self.records[0].record

    @property
    def key(self) -> tuple[ContractField, ...]:
        """The parts of the natural key, in order. Empty: the record is known by its content."""
        return tuple(f for f in self.fields if f.key)

    @property
    def reader(self) -> str:
        """The kind of file; the same as `format`."""
        return self.format

    def field_of(self, column: str) -> ContractField | None:
        """The property that fills a column of the record type."""
        return next((f for f in self.fields if f.field == column), None)


def read_contract(path: Path, *, pack: str = "") -> Contract:
    """Read a contract file. What is missing or misspelt is found by `karvan pack check`; PackError where nothing can be made of it."""
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        raise PackError("This is no contract.", where=str(path), fix="name the YAML file of a contract; `karvan contract draft FILE` writes a first one")
    try:
        return contract_from(content, pack=pack, path=path)
    except (KeyError, TypeError, AttributeError, ValueError) as missing:
        raise PackError(f"The contract is not built as a contract is: {type(missing).__name__} {missing}.", where=str(path), fix="see docs/reference/contracts.md; in a pack, `karvan pack check` names every mistake") from None


def contract_from(odcs: Mapping[str, Any], *, pack: str = "", path: Path | None = None) -> Contract:
    """A contract from the content of an ODCS file.

    >>> contract_from({"id": "x.y", "schema": [{"physicalType": "csv", "properties": [{"name": "NO", "primaryKey": True}]}],
    ...                "customProperties": [{"property": "karvan", "value": {"record": "visa"}}]}).record
    'visa'
    """
    own = custom(odcs).get("karvan") or {}
    schema = (odcs.get("schema") or [{}])[0]
    about = odcs.get("description") or {}
    sla = {entry["property"]: entry.get("value") for entry in odcs.get("slaProperties") or []}
    parts = own.get("records") or [{"record": own.get("record", "")}]
    return Contract(
        id=odcs.get("id", ""),
        name=odcs.get("name", ""),
        version=str(odcs.get("version", "")),
        institution=odcs.get("tenant", ""),
        format=schema.get("physicalType", "csv"),
        fields=tuple(_field(p) for p in schema.get("properties") or []),
        records=tuple(RecordPart(p["record"], p.get("when"), p.get("each"), p.get("fields") or {}, p.get("constants") or {}) for p in parts),
        pack=pack,
        path=path,
        status=odcs.get("status", "active"),
        domain=odcs.get("domain", ""),
        purpose=about.get("purpose", ""),
        limitations=about.get("limitations", ""),
        usage=about.get("usage", ""),
        unpivot=_unpivot(own["unpivot"]) if own.get("unpivot") else None,
        where=tuple(Left(w["keep"], w["because"]) for w in own.get("where") or []),
        checks=tuple(Check(c["expression"], c.get("text") or {}) for c in own.get("checks") or []),
        covers=tuple(own.get("covers") or (None, None)),
        frequency=sla.get("frequency"),
        latency_days=sla.get("latency"),
        sla=sla,
        **{key: own[key] for key in AS_WRITTEN if own.get(key) is not None} | _cited(own),
    )


def custom(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The custom properties of a contract or a property, by name."""
    return {entry["property"]: entry.get("value") for entry in holder.get("customProperties") or []}


def _cited(own: Mapping[str, Any]) -> dict[str, Any]:
    """Every observation carries the citation of its contract."""
    constants = own.get("constants") or {}
    kinds = {part.get("record") for part in own.get("records") or [own]}
    cited = kinds == {"observation"} and own.get("citation") and "citation" not in constants
    return {"constants": {**constants, "citation": own["citation"]}} if cited else {}


def _unpivot(turned: Mapping[str, Any]) -> Unpivot:
    return Unpivot(tuple(str(c) for c in turned["columns"]), turned.get("name", "column"), turned.get("value", "figure"))


def _field(odcs: Mapping[str, Any]) -> ContractField:
    own = custom(odcs)
    target = own.get("field")
    codes = own.get("codes")
    return ContractField(
        column=str(odcs["name"]),
        type=odcs.get("logicalType", "string"),
        field=None if target == "key" else target,
        identity=own.get("identity"),
        key=bool(odcs.get("primaryKey")) or target == "key",
        required=bool(odcs.get("required")),
        sensitivity=odcs.get("classification", "P2"),
        description=odcs.get("description") or "",
        codes={str(k): None if v is None else str(v) for k, v in codes.items()} if codes else None,
        code_list=own.get("code_list"),
        date=own.get("date"),
        partial=bool(own.get("partial")),
        decimal=own.get("decimal"),
        start=own.get("start"),
        width=own.get("width"),
        path=own.get("path"),
        drop=bool(own.get("drop")),
        check_digit=own.get("check_digit"),
        check_column=own.get("check_column"),
        pseudonym=own.get("pseudonym"),
        null_values=tuple(str(v) for v in own.get("null_values") or ()),
    )
