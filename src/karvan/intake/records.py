"""From a row to a record: SQL of each column of the record type, of whom it speaks, and of its own number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from karvan.country import RecordPart
from karvan.errors import PackError, nearest
from karvan.expressions import literal, parse
from karvan.intake.fields import may_be_empty
from karvan.intake.plan import OWN, SECRET, Part, Plan, Problem, Value, place
from karvan.tables import TABLES

# What a record type takes for granted where its contract is silent.
GRANTED: dict[str, dict[str, str]] = {"crossing": {"decision": "admitted", "same_second": "1"}}
MADE = {"crossing": ("same_second",)}


def record_part(made: Plan, number: int, part: RecordPart, names: Mapping[str, str]) -> Part:
    """The SQL of one record type that rows become."""
    contract = made.contract
    if part.record not in TABLES or TABLES[part.record].kind != "record":
        known = [n for n, t in TABLES.items() if t.kind == "record"]
        raise PackError(f"There is no record type '{part.record}'.", where=place(contract, "record"), fix=nearest(part.record, known) or f"use one of {', '.join(known)}")
    table = TABLES[part.record]
    declared = {c.name: c for c in table.columns if c.name not in OWN}
    columns: dict[str, str] = {}
    identity: dict[str, str] = {}
    problems: list[Problem] = []
    remarks: list[Problem] = []
    for value in made.values.values():
        spec = value.field
        if spec.field in declared:
            columns[spec.field] = fill(made, declared[spec.field], value)
            if (wrong := values_problem(declared[spec.field], value)) is None:
                pass
            elif wrong.reason == "code" and may_be_empty(contract, spec):
                remarks.append(wrong)
                columns[spec.field] = f"case when not ({wrong.condition}) then {columns[spec.field]} end"
                if not any(c == spec.column for c, _, _ in made.code_columns):
                    made.code_columns.append((spec.column, f"{value.text} is not null", f"({wrong.condition})"))
            else:
                problems.append(wrong)
        if spec.identity:
            identity[spec.identity] = as_text(value)
    for target, wanted in contract.constants.items():
        put_constant(columns, identity, declared, target, wanted)
    for target, text in contract.derive.items():
        sql = f"({parse(text, where=place(contract, f'derive.{target}'), known=names).sql(names)})"
        if target.startswith("identity."):
            identity[target.removeprefix("identity.")] = f"cast({sql} as varchar)"
        elif target in declared:
            columns[target] = f"try_cast({sql} as {declared[target].duckdb_type})"
            problems.append(Problem("check", None, f"{sql} is not null and {columns[target]} is null", f"cast({sql} as varchar)", literal(f"a value for {target}")))
    for target, source in part.fields.items():
        if source not in made.values:
            raise PackError(f"There is no column '{source}'.", where=place(contract, f"records.{number}.fields"), fix=nearest(source, list(made.values)) or "name a column of the schema")
        if target.startswith("identity."):
            identity[target.removeprefix("identity.")] = as_text(made.values[source])
        elif target in declared:
            columns[target] = fill(made, declared[target], made.values[source])
        else:
            raise PackError(f"Record type {part.record} has no column '{target}'.", where=place(contract, f"records.{number}.fields"), fix=nearest(target, list(declared)) or "see docs/reference/tables.md")
    for target, wanted in part.constants.items():
        put_constant(columns, identity, declared, target, wanted)
    for target, wanted in GRANTED.get(part.record, {}).items():
        columns.setdefault(target, f"cast({literal(wanted)} as {declared[target].duckdb_type})")
    numbers = complete(made, declared, columns, identity)
    never = [c for c in declared.values() if c.null == "never" and c.name not in MADE.get(part.record, ())]
    for column in never:
        if column.name not in columns:
            raise PackError(f"Nothing fills `{column.name}` of {part.record}, which is never empty.", where=place(contract, "schema"), fix=f"give a column `field: {column.name}`, or a constant")
        filled_by = next((f.column for f in contract.fields if f.field == column.name or (column.name.endswith("_on") and f.field == column.name[:-3] + "_at")), part.fields.get(column.name))
        stood = made.values[filled_by].text if filled_by in made.values else "''"
        problems.append(Problem("required", filled_by, f"{columns[column.name]} is null", f"coalesce({stood}, '')", literal(f"a value for {column.name}")))
    for check in contract.checks:
        speak = dict(names) | {c: f"({sql})" for c, sql in columns.items()}
        sql = parse(check.expression, where=place(contract, "checks"), known=speak).sql(speak)
        said = check.text.get("en") or next(iter(check.text.values()), check.expression)
        problems.append(Problem("check", None, f"not coalesce(({sql}), true)", literal(check.expression), literal(said)))
    when = f"coalesce({parse(part.when, where=place(contract, f'records.{number}.when'), known=names).sql(names)}, false)" if part.when else None
    return Part(number, part, columns, identity, when, problems, observed_sql(made, part, columns), record_id_sql(made, number, part, problems), numbers, remarks)


def fill(made: Plan, column: Any, value: Value) -> str:
    """SQL that brings a physical column to the type of a column of the record."""
    v, zone = value.value, literal(made.country.zone.key)
    if value.field.pseudonym:
        return f"pseudonym({literal(value.field.pseudonym)}, {value.text})"
    if column.type == "day":
        if value.kind == "partial":
            return f"try_cast({v} as date)"
        return v if value.kind == "day" else f"cast({v} as date)" if value.kind == "instant" else f"try_cast({v} as date)"
    if column.type == "instant" and value.kind == "instant":    # a column of its own: it is asked for many times
        made.typed[f"u{v[1:]}"] = f"timezone('UTC', timezone({zone}, {v}))"
        return f"u{v[1:]}"
    if column.type == "instant":
        return f"timezone('UTC', timezone({zone}, cast({v} as timestamp)))"
    if column.type == "whole":
        return v if value.kind == "whole" else f"try_cast({v} as bigint)"
    if column.type == "real":
        return v if value.kind == "real" else f"try_cast({v} as double)"
    if column.type == "yes_no":
        return v if value.kind == "yes_no" else f"try_cast({v} as boolean)"
    return as_text(value)


def as_text(value: Value) -> str:
    """SQL of a value as text; whole numbers and days in their plain form, numbers that were text as they were."""
    if value.kind == "instant":
        return f"strftime({value.value}, '%Y-%m-%dT%H:%M:%S')"
    if value.kind == "day":
        return f"strftime({value.value}, '%Y-%m-%d')"
    return value.text if value.kind in ("real", "yes_no") else f"cast({value.value} as varchar)" if value.kind == "whole" else value.value


def values_problem(column: Any, value: Value) -> Problem | None:
    """What is wrong where a value is none of those that a column of the record may hold."""
    if column.values and not value.field.pseudonym:
        allowed = ", ".join(literal(v) for v in column.values)
        v = as_text(value)
        return Problem("code", value.field.column, f"{v} is not null and {v} not in ({allowed})", value.text, literal(" ".join(column.values)))
    if column.type in ("whole", "real", "yes_no", "day") and value.kind == "text":
        cast = {"whole": "bigint", "real": "double", "yes_no": "boolean", "day": "date"}[column.type]
        reason = {"whole": "whole_number", "real": "number", "yes_no": "yes_no", "day": "date"}[column.type]
        return Problem(reason, value.field.column, f"{value.value} is not null and try_cast({value.value} as {cast}) is null", value.text, literal(f"a value for {column.name}"))
    return None


def put_constant(columns: dict[str, str], identity: dict[str, str], declared: Mapping[str, Any], target: str, wanted: Any) -> None:
    if target.startswith("identity."):
        identity[target.removeprefix("identity.")] = literal(str(wanted))
    elif target in declared:
        constant = str(wanted).lower() if isinstance(wanted, bool) else None if wanted is None else str(wanted)
        columns[target] = f"cast({literal(constant)} as {declared[target].duckdb_type})"


def complete(made: Plan, declared: Mapping[str, Any], columns: dict[str, str], identity: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Fill what follows from other columns: the day of an instant, the year and month of birth, the keyed pseudonyms; gives what these are of."""
    for name, column in declared.items():
        if name in columns or column.type != "day" or not name.endswith("_on") or name[:-3] + "_at" not in columns:
            continue
        source = next(v for v in made.values.values() if v.field.field == name[:-3] + "_at")
        columns[name] = f"cast({source.value} as date)"
    if "birth_date" in identity and "birth_year" in declared:
        columns.setdefault("birth_year", f"try_cast(left({identity['birth_date']}, 4) as bigint)")
        columns.setdefault("birth_month", f"try_cast(nullif(substr({identity['birth_date']}, 6, 2), '') as bigint)")
    numbers: dict[str, tuple[str, str]] = {}
    if made.contract.person_key != "none":
        if "doc_no" in identity and "doc_key" in declared and "doc_key" not in columns:
            issuer = identity.get("doc_issuer", "''")
            numbers["doc_key"] = ("document", f"upper(replace({identity['doc_no']}, ' ', '')) || '|' || coalesce({issuer}, '')")
        if "personal_no" in identity and "personal_key" in declared and "personal_key" not in columns:
            numbers["personal_key"] = ("personal_no", identity["personal_no"])
        columns |= {name: f"pseudonym({literal(kind)}, {sql})" for name, (kind, sql) in numbers.items()}
    return numbers


def observed_sql(made: Plan, part: RecordPart, columns: Mapping[str, str]) -> str:
    """SQL of the day on which the record saw the person."""
    wanted = made.contract.observed_on
    if wanted and wanted in columns and TABLES[part.record].column(wanted).type == "day":
        return columns[wanted]
    if wanted and wanted in made.values:
        value = made.values[wanted]
        return f"cast({value.value} as date)" if value.kind in ("day", "instant") else f"try_cast({value.value} as date)"
    first = next((columns[c.name] for c in TABLES[part.record].columns if c.type == "day" and c.name in columns), None)
    return first or "period_to_on"


def record_id_sql(made: Plan, number: int, part: RecordPart, problems: list[Problem]) -> str:
    """SQL of the record's own number: 32 hex digits of SHA-256 over feed and natural key, or over the content where there is no key.

    Where the key or the content could name a person, the hash is keyed (HMAC), so that nobody can try numbers out.
    """
    contract = made.contract
    prefix = contract.id if number == 0 else f"{contract.id}#{number + 1}"
    keys = [made.values[f.column] for f in contract.key]
    if keys:
        texts = [v.text for v in keys]
        problems.append(Problem("key", keys[0].field.column, " and ".join(f"{t} is null" for t in texts), "''", literal("a number of its own")))
    else:
        texts = [v.text for v in made.values.values() if not v.field.drop]
    secret = any(v.field.identity in SECRET for v in (keys or made.values.values()))
    message = " || '|' || ".join([literal(prefix), *(f"coalesce({t}, '')" for t in texts)])
    if part.each or (contract.unpivot and contract.unpivot.name not in {v.field.column for v in keys}):
        message += " || '|' || cast(item_no as varchar)"
    return f"pseudonym('record', {message})" if secret else f"substr(sha256({message}), 1, 32)"


def extra_sql(made: Plan, part: Part) -> str:
    """SQL of the JSON of fields that the record type does not know, and of values that coding changed beyond return."""
    contract = made.contract
    consumed = {f.check_column for f in contract.fields} | set(part.part.fields.values()) | {c for p in contract.records for c in p.fields.values()}
    declared = set(TABLES[part.part.record].column_names)
    remarked: dict[str, list[str]] = {}
    for remark in (*made.remarks, *part.remarks):
        remarked.setdefault(str(remark.column), []).append(f"({remark.condition})")
    pairs = []
    for column, value in made.values.items():
        spec = value.field
        lossy = bool(spec.codes and len(set(spec.codes.values())) < len(spec.codes)) or bool(spec.code_list and any(c.maps_to for c in made.country.code_list(spec.code_list)))
        unknown = not spec.field and not spec.identity and not spec.drop and not spec.key and column not in consumed and spec.sensitivity not in ("P3", "P4")
        if unknown and not (contract.unpivot and column in (contract.unpivot.name, contract.unpivot.value) and contract.derive):
            pairs.append(f"{literal(column)}, {value.text}")
        elif lossy and spec.field in declared and spec.identity not in SECRET:
            pairs.append(f"{literal(column)}, case when {value.text} is distinct from {value.value} then {value.text} end")
        elif column in remarked and not spec.drop and spec.identity not in SECRET and spec.sensitivity not in ("P3", "P4"):
            pairs.append(f"{literal(column)}, case when {' or '.join(remarked[column])} then {value.text} end")
    if not pairs:
        return "cast(null as varchar)"
    return f"nullif(cast(json_merge_patch('{{}}', json_object({', '.join(pairs)})) as varchar), '{{}}')"
