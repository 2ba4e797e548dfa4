"""Checking one data contract: the standard's own schema, then what karvan reads beyond it."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.country.code_list import CodeList
from karvan.country.contract import CONTRACT_KEYS, FIELD_KEYS, FORMATS, OPENINGS, PERIODS, PERSON_KEYS, Contract, contract_from, custom
from karvan.country.contract_shape import check_shape
from karvan.country.match_keys import ONE_PER_PERSON
from karvan.errors import PackError, nearest
from karvan.tables import EVERY_RECORD, TABLES

if TYPE_CHECKING:
    from karvan.country.mistakes import Reader

RECORD_TYPES = tuple(name for name, table in TABLES.items() if table.kind == "record")
IDENTITY = tuple(c.name for c in TABLES["identities"].columns if c.name not in ("record_id", "record_type", "feed", "delivery_id", "observed_on"))
OWN = tuple(c.name for c in EVERY_RECORD)
# Columns that are never empty although no file need give them: intake fills them.
MADE = ("decision", "same_second")
DATES = ("iso", "excel_serial", "sas_days", "yyyymmdd")


def check_contract(
    reader: Reader, pack: str, institutions: Collection[str], lists: Mapping[str, CodeList], languages: Collection[str], ids: dict[str, Path]
) -> None:
    """Add the mistakes of one contract to its reader; `ids` collects the ids seen, to find one twice."""
    odcs: dict[str, Any] = reader.content or {}
    if not _standard(reader, odcs) or not check_shape(reader, odcs):
        return
    if odcs["id"] in ids:
        reader.say(("id",), f"The contract '{odcs['id']}' is also in {ids[odcs['id']].name}.", "give one of them another id")
    ids[odcs["id"]] = reader.path
    if not odcs["id"].startswith(f"{pack}."):
        reader.say(("id",), f"The id does not begin with '{pack}.'.", f"call it {pack}.<institution>.<data set>")
    if odcs.get("tenant") not in institutions:
        reader.say(
            ("tenant",),
            f"The institution '{odcs.get('tenant')}' is not in institutions.yaml.",
            nearest(str(odcs.get("tenant")), list(institutions)) or "add it there",
        )
    own = custom(odcs).get("karvan")
    if not isinstance(own, dict):
        reader.say(
            ("customProperties",),
            "The property `karvan` is missing: it says what the rows become.",
            "add `- property: karvan` with `value: {record: ..., period: ..., file: ...}`",
        )
        return
    top = ("customProperties", next(i for i, p in enumerate(odcs["customProperties"]) if p.get("property") == "karvan"), "value")
    reader.known(top, own, CONTRACT_KEYS, required=("period", "file"))
    try:
        contract = contract_from(odcs, pack=pack, path=reader.path)
    except (KeyError, TypeError, AttributeError) as wrong:
        reader.say(top, f"The contract cannot be read: {wrong}.", "see docs/reference/contracts.md for the shape of each key")
        return
    reader.one_of(("schema", 0, "physicalType"), contract.format, FORMATS, "kind of file")
    reader.one_of((*top, "period"), contract.period, PERIODS, "period")
    reader.one_of((*top, "person_key"), contract.person_key, PERSON_KEYS, "key to the person")
    reader.one_of((*top, "opens_with"), contract.opens_with, OPENINGS, "content of a first delivery")
    reader.one_of((*top, "one_per_person"), contract.one_per_person or None, ONE_PER_PERSON, "thing of which a person has one")
    try:
        codecs.lookup(contract.encoding)
    except LookupError:
        reader.say((*top, "encoding"), f"'{contract.encoding}' is no encoding.", "use utf-8, utf-8-sig, cp1251, ...")
    days = contract.covers
    if own.get("covers") and (contract.period != "edition" or len(days) != 2 or not all(isinstance(day, date) for day in days)):
        reader.say((*top, "covers"), "`covers` is the first and last day of an edition.", "write `covers: [1999-10-01, 2005-09-30]`, with `period: edition`")
    if contract.format == "xml" and not contract.rows:
        reader.say(top, "`rows` is missing: which element is a row.", "add `rows:` with the path of the element")
    _fields(reader, contract, odcs, lists)
    _records(reader, contract, top)
    _expressions(reader, contract, top)
    for place, check in enumerate(contract.checks):
        for lang in languages:
            if contract.person_key != "none" and lang not in check.text:
                reader.say((*top, "checks", place), f"The check has no text in '{lang}': the agency reads it in its return file.", "add it under `text:`")


def _standard(reader: Reader, odcs: Mapping[str, Any]) -> bool:
    """Whether the file is what the standard allows; each departure is said with its line."""
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    for key in ("id", "schema", "customProperties"):
        if not odcs.get(key):
            reader.say((), f"`{key}` is missing.", f"add `{key}:`")
    if not isinstance(odcs.get("id"), str) or not isinstance(odcs.get("schema"), list) or not isinstance(odcs.get("customProperties"), list):
        return False
    if str(odcs.get("kind")) != "DataContract" or not str(odcs.get("apiVersion", "")).startswith("v3"):
        reader.say(
            (), "`kind` or `apiVersion` is not that of the Open Data Contract Standard, version 3.", "write `apiVersion: v3.1.0` and `kind: DataContract`"
        )
    try:
        OpenDataContractStandard.model_validate(dict(odcs))
    except ValidationError as wrong:
        for error in wrong.errors():
            reader.say(error["loc"], f"The contract standard does not allow this: {error['msg'].lower()}.", "take it out, or put it in customProperties")
        return False
    columns = odcs["schema"][0].get("properties") or []
    if not columns:
        reader.say(("schema", 0), "The contract has no columns.", "list them under `properties:`")
    return bool(columns)


def _fields(reader: Reader, contract: Contract, odcs: Mapping[str, Any], lists: Mapping[str, CodeList]) -> None:
    known = {c.name: c for part in contract.records if part.record in TABLES for c in TABLES[part.record].columns if c.name not in OWN}
    seen: set[str] = set()
    for place, (spec, said) in enumerate(zip(contract.fields, odcs["schema"][0]["properties"], strict=True)):
        at = ("schema", 0, "properties", place)
        if spec.column in seen:
            reader.say(at, f"The column '{spec.column}' is described twice.", "take one out")
        seen.add(spec.column)
        for key in custom(said):
            if key not in FIELD_KEYS:
                reader.say(at, f"Column '{spec.column}': nobody reads the property '{key}'.", nearest(key, list(FIELD_KEYS)) or f"use {', '.join(FIELD_KEYS)}")
        if spec.field and known and spec.field not in known:
            reader.say(
                at, f"Column '{spec.column}': the record type has no column '{spec.field}'.", nearest(spec.field, list(known)) or "see docs/reference/tables.md"
            )
        if spec.identity and spec.identity not in IDENTITY:
            reader.say(
                at, f"Column '{spec.column}': there is no identity '{spec.identity}'.", nearest(spec.identity, list(IDENTITY)) or f"use {', '.join(IDENTITY)}"
            )
        if spec.code_list and spec.code_list not in lists:
            reader.say(
                at,
                f"Column '{spec.column}': there is no code list '{spec.code_list}'.",
                nearest(spec.code_list, list(lists)) or f"add code_lists/{spec.code_list}.csv",
            )
        if spec.date and spec.date not in DATES and "%" not in spec.date:
            reader.say(at, f"Column '{spec.column}': '{spec.date}' is no form of a date.", f"use {', '.join(DATES)}, or a pattern as in %d.%m.%Y")
        if contract.format == "fixed_width" and (not spec.start or not spec.width):
            reader.say(at, f"Column '{spec.column}' has no place in the line.", "add `start` (from 1) and `width`")
        column = known.get(spec.field or "")
        for code, target in (spec.codes or {}).items():
            if column is not None and column.values and target is not None and target not in column.values:
                reader.say(at, f"Column '{spec.column}': '{code}' becomes '{target}', which `{spec.field}` does not allow.", f"use {', '.join(column.values)}")


def _records(reader: Reader, contract: Contract, top: tuple[Any, ...]) -> None:
    columns = {f.column for f in contract.fields}
    for place, part in enumerate(contract.records):
        at = (*top, "records", place)
        if part.record not in RECORD_TYPES:
            reader.say(at, f"There is no record type '{part.record}'.", nearest(part.record, list(RECORD_TYPES)) or f"use {', '.join(RECORD_TYPES)}")
            continue
        table = TABLES[part.record]
        allowed = [c.name for c in table.columns if c.name not in OWN]
        filled = {f.field for f in contract.fields} | set(part.fields) | set(part.constants) | set(contract.constants) | set(contract.derive)
        for key in (*part.fields, *part.constants, *contract.constants, *contract.derive):
            if key.startswith("identity."):
                if key.removeprefix("identity.") not in IDENTITY:
                    reader.say(at, f"There is no identity '{key}'.", nearest(key.removeprefix("identity."), list(IDENTITY)))
            elif key not in allowed and not any(key in TABLES[p.record].column_names for p in contract.records if p.record in TABLES):
                reader.say(at, f"Record type {part.record} has no column '{key}'.", nearest(key, allowed) or "see docs/reference/tables.md")
        for key, given in (dict(contract.constants) | dict(part.constants)).items():
            words = next((c.values for c in table.columns if c.name == key), ())
            if words and given is not None and given not in words:
                reader.say(at, f"The constant `{key}` is '{given}', which {part.record} does not allow.", nearest(str(given), list(words)) or f"use {', '.join(words)}")
        for source in part.fields.values():
            if source not in columns:
                reader.say(at, f"There is no column '{source}' in the file.", nearest(source, sorted(columns)) or "name a column of the schema")
        for column in table.columns:
            needed = column.null == "never" and column.name in allowed and column.name not in MADE
            if needed and column.name not in filled and not (column.name.endswith("_on") and f"{column.name[:-3]}_at" in filled):
                reader.say(
                    at,
                    f"Nothing fills `{column.name}` of {part.record}, which is never empty.",
                    f"give a column `field: {column.name}`, or put it in `constants`",
                )
    wanted = contract.observed_on
    if wanted and wanted not in columns and not any(wanted in TABLES[p.record].column_names for p in contract.records if p.record in TABLES):
        reader.say((*top, "observed_on"), f"'{wanted}' is neither a column of the file nor of the record.", "name the day on which the record saw the person")


def _expressions(reader: Reader, contract: Contract, top: tuple[Any, ...]) -> None:
    from karvan.expressions import parse

    physical = {f.column for f in contract.fields} | {"period", "period_from", "period_to"}
    record = {c for p in contract.records if p.record in TABLES for c in TABLES[p.record].column_names}
    wanted = [((*top, "derive", key), text, physical) for key, text in contract.derive.items()]
    wanted += [((*top, "where", place), left.keep, physical) for place, left in enumerate(contract.where)]
    wanted += [((*top, "checks", place), check.expression, physical | record) for place, check in enumerate(contract.checks)]
    wanted += [((*top, "records", place), part.when, physical) for place, part in enumerate(contract.records) if part.when]
    for at, text, names in wanted:
        try:
            parse(text, known=names)
        except PackError as wrong:
            reader.say(at, wrong.what, wrong.fix)
