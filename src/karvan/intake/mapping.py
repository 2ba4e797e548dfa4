"""From a contract to SQL: how the text of each physical column becomes a typed, coded value, and what may be wrong with it.

Every rule of the contract becomes one expression over whole columns. A value that does not fit is never mended: the row is set
aside with a reason code, and `REASONS` says each code in words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from karvan.country import CodeList, Contract, ContractField, Country, RecordPart
from karvan.errors import PackError, nearest
from karvan.expressions import literal, parse, quoted
from karvan.tables import EVERY_RECORD, TABLES

IDENTITY_COLUMNS = tuple(c.name for c in TABLES["identities"].columns if c.name not in ("record_id", "record_type", "feed", "delivery_id", "observed_on"))
SECRET = ("surname", "given_names", "patronymic", "full_name", "birth_date", "birth_place", "doc_no", "personal_no", "register_no", "address")
OWN = tuple(c.name for c in EVERY_RECORD)
# What a record type takes for granted where its contract is silent.
GRANTED: dict[str, dict[str, str]] = {"crossing": {"decision": "admitted", "same_second": "1"}}
MADE = {"crossing": ("same_second",)}

# Reason codes, in the words of the return file's fallback language; packs translate them under `intake.reason.<code>`.
REASONS = {
    "columns": "The row does not have the number of columns that the file should have.",
    "quotes": "A quotation mark is opened and never closed.",
    "line_width": "The line is shorter or longer than the layout.",
    "required": "A value that must be there is missing.",
    "date": "This is not a date in the agreed form.",
    "number": "This is not a number.",
    "whole_number": "This is not a whole number.",
    "yes_no": "This is not a yes or a no.",
    "code": "This code is not in the list.",
    "code_not_valid": "This code was not valid on that day.",
    "not_understood": "Read, but this value was not understood.",
    "check_digit": "The check digit does not fit the number.",
    "key": "The row has no number of its own.",
    "check": "The row breaks a rule of the contract.",
    "no_record": "The row says nothing that the contract knows.",
    "declared_out_of_scope": "Left out by the contract, as declared.",
}
# The row was read; its value is empty, the original in `extra`. Remarks go back to the agency and set nothing aside.
REMARK = "not_understood"
NULL_DAY = "date '9999-12-30'"


@dataclass(frozen=True)
class Problem:
    """One thing that can be wrong: reason code, physical column, an SQL condition, and SQL for what stood there and what was expected."""

    reason: str
    column: str | None
    condition: str
    found: str
    expected: str
    reason_sql: str | None = None    # where the code depends on the value


@dataclass
class Value:
    """A physical column in SQL: `text` as cleaned, `value` as typed and coded, `kind` the type of `value`."""

    field: ContractField
    text: str
    value: str
    kind: str
    raw: str = ""    # typed but not coded: what expressions see


@dataclass
class Part:
    """One record that rows become: SQL of each column of the record type and of `identities`."""

    place: int
    part: RecordPart
    columns: dict[str, str]
    identity: dict[str, str]
    when: str | None
    problems: list[Problem]
    observed_on: str
    record_id: str
    numbers: dict[str, tuple[str, str]]    # columns that are a pseudonym: its kind, and SQL of the number
    remarks: list[Problem] = field(default_factory=list)


@dataclass
class Plan:
    """A contract as SQL over a relation with columns d, row_no, item_no, raw and one text column per physical column."""

    contract: Contract
    country: Country
    clean: dict[str, str] = field(default_factory=dict)       # t_i: cleaned text
    plain: dict[str, str] = field(default_factory=dict)       # the same, where no cell begins or ends with a blank
    typed: dict[str, str] = field(default_factory=dict)       # x_i: typed
    coded: dict[str, str] = field(default_factory=dict)       # m_i: coded
    joins: list[str] = field(default_factory=list)
    lists: dict[str, CodeList] = field(default_factory=dict)  # tables of codes to be made, by SQL name
    values: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)      # set nothing aside by themselves
    keeps: list[tuple[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    code_columns: list[tuple[str, str, str]] = field(default_factory=list)   # column, SQL 'has text', SQL 'missed'
    digit_columns: list[tuple[str, str, str]] = field(default_factory=list)


def physical_columns(contract: Contract) -> list[str]:
    """The columns that the file itself must have, in the contract's order."""
    names = [f.column for f in contract.fields]
    if contract.unpivot:
        turned = {contract.unpivot.name, contract.unpivot.value}
        names = [n for n in names if n not in turned] + [c for c in contract.unpivot.columns if c not in names]
    return names


def mapping(contract: Contract, country: Country) -> Plan:
    """The SQL of a contract. Raises PackError where the contract names what does not exist."""
    made = Plan(contract, country)
    for number, spec in enumerate(contract.fields):
        add_field(made, number, spec)
    names = {column: v.raw for column, v in made.values.items()} | {"period": "period", "period_from": "period_from_on", "period_to": "period_to_on"}
    for left in contract.where:
        made.keeps.append((parse(left.keep, where=place(contract, "where"), known=names).sql(names), left.because))
    for number, part in enumerate(contract.records):
        made.parts.append(record_part(made, number, part, names))
    return made


def place(contract: Contract, key: str) -> str:
    return f"{contract.path or contract.id}, {key}"


# -- columns -------------------------------------------------------------------------------------------------------------


def add_field(made: Plan, number: int, spec: ContractField) -> None:
    """Add the SQL of one physical column: cleaned text, typed value, coded value, and its problems."""
    t, x, m = f"t{number}", f"x{number}", f"m{number}"
    source = f"p{number}"
    nulls = ", ".join(literal(v) for v in ("", *spec.null_values))
    for clean, cell in ((made.clean, f"trim({source})"), (made.plain, source)):
        clean[t] = f"case when {cell} in ({nulls}) then null else {cell} end" if spec.null_values else f"nullif({cell}, '')"
    kind = kind_of(spec)
    raw, value = t, t
    if spec.required:
        made.problems.append(Problem("required", spec.column, f"{t} is null", "''", literal("a value")))
    if kind in ("day", "instant", "partial"):
        made.typed[x] = date_sql(spec, t, kind, made)
        raw = value = x
        made.problems.append(Problem("date", spec.column, f"{t} is not null and {x} is null", t, literal(date_form(spec))))
    elif kind in ("real", "whole"):
        plain = number_sql(t, spec.decimal)
        made.typed[x] = plain if kind == "real" else f"case when {plain} = floor({plain}) then cast({plain} as bigint) end"
        raw = value = x
        made.problems.append(Problem("number" if kind == "real" else "whole_number", spec.column, f"{t} is not null and {x} is null", t, literal("a number" if kind == "real" else "a whole number")))
    if spec.codes or spec.code_list:
        value, kind = m, "text"
        raw = t
        add_codes(made, spec, t, m, number)
    elif kind == "yes_no":
        made.typed[x] = f"case when lower({t}) in ('1', 'true', 'yes', 'y', 't') then true when lower({t}) in ('0', 'false', 'no', 'n', 'f') then false end"
        raw = value = x
        made.problems.append(Problem("yes_no", spec.column, f"{t} is not null and {x} is null", t, literal("true or false")))
    if spec.check_digit == "mrz":
        digit = next((f"t{i}" for i, f in enumerate(made.contract.fields) if f.column == spec.check_column), None)
        number_text, digit_text = (t, digit) if digit else (f"left({t}, length({t}) - 1)", f"right({t}, 1)")
        wrong = f"{t} is not null and {digit_text} is not null and {mrz_digit(number_text)} <> {digit_text}"
        made.problems.append(Problem("check_digit", spec.column, wrong, f"{t} || ' ' || {digit_text}" if digit else t, literal("the digit of ICAO 9303")))
        made.digit_columns.append((spec.column, f"{t} is not null and {digit_text} is not null", f"({wrong})"))
        if not digit:
            made.typed[x] = number_text
            raw = value = x
    made.values[spec.column] = Value(spec, t, value, kind, raw)


def kind_of(spec: ContractField) -> str:
    """The kind of value in a physical column: day, instant, partial, real, whole, yes_no or text."""
    if spec.date:
        if spec.partial:
            return "partial"
        clock = spec.type in ("timestamp", "datetime") or "%H" in spec.date or (spec.field or "").endswith("_at")
        return "instant" if clock else "day"
    if spec.codes or spec.code_list:
        return "text"
    if spec.type == "number" or spec.decimal:
        return "real"
    if spec.type == "integer":
        return "whole"
    return "yes_no" if spec.type == "boolean" else "text"


def number_sql(t: str, decimal: str | None) -> str:
    bare = f"replace(replace({t}, ' ', ''), chr(160), '')"
    return f"try_cast(replace(replace({bare}, '.', ''), ',', '.') as double)" if decimal == "," else f"try_cast({bare} as double)"


def date_form(spec: ContractField) -> str:
    names = {"iso": "YYYY-MM-DD", "yyyymmdd": "YYYYMMDD", "excel_serial": "a date cell", "sas_days": "days since 1960-01-01"}
    form = names.get(spec.date or "", spec.date or "")
    for code, letters in (("%d", "DD"), ("%m", "MM"), ("%Y", "YYYY"), ("%y", "YY"), ("%H", "hh"), ("%M", "mm"), ("%S", "ss")):
        form = form.replace(code, letters)
    return form + (", unknown parts as 00" if spec.partial else "")


def date_sql(spec: ContractField, t: str, kind: str, made: Plan) -> str:
    """SQL of a date by its declared profile: a DATE, a naive local TIMESTAMP, or partial ISO text."""
    profile = spec.date or "iso"
    zone = literal(made.country.zone.key)
    if profile == "iso":
        moment = (
            f"case when regexp_matches({t}, '[0-9](Z|[+-][0-9]{{2}}:?[0-9]{{2}})$') and length({t}) > 10 then timezone({zone}, try_cast({t} as timestamptz)) "
            f"when {t} similar to '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}.*' then try_cast({t} as timestamp) end"
        )
        if kind == "day":
            moment = f"case when length({t}) = 10 then try_strptime({t}, '%Y-%m-%d') else {moment} end"
        pattern, order = r"^([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?$", "Ymd"
    elif profile == "yyyymmdd":
        moment = f"case when length({t}) = 8 then try_strptime({t}, '%Y%m%d') end"
        pattern, order = r"^([0-9]{4})([0-9]{2}|<<|  )?([0-9]{2}|<<|  )?$", "Ymd"
    elif profile == "excel_serial":
        serial = f"try_cast({t} as double)"
        moment = (
            f"case when {serial} between 1 and 2958465 then timestamp '1899-12-30' + to_seconds(cast(round({serial} * 86400) as bigint)) "
            f"when length({t}) >= 10 then try_cast({t} as timestamp) end"
        )
        pattern, order = r"^(?:([0-9]{2})[./])?(?:([0-9]{2})[./])?([0-9]{4})$", "dmY"
    elif profile == "sas_days":
        serial = f"try_cast({t} as double)"
        moment = f"case when {serial} = floor({serial}) and abs({serial}) < 1000000 then timestamp '1960-01-01' + to_days(cast({serial} as integer)) end"
        pattern, order = "", ""
    else:
        moment = f"try_strptime({t}, {literal(profile)})"
        order = "".join(re.findall(r"%([dmY])", profile))
        pattern = "^" + re.sub(r"%([dm])", r"([0-9]{2}|<<|XX|xx|--)", re.escape(profile).replace(r"\%", "%")).replace("%Y", "([0-9]{4})") + "$"
    if kind == "instant":
        return moment
    if kind == "day":
        return f"cast({moment} as date)"
    full = f"strftime({moment}, '%Y-%m-%d')"
    if profile == "excel_serial":    # four digits are a year, not a day of 1905
        full = f"case when not regexp_full_match({t}, '[0-9]{{4}}') then {full} end"
    if not pattern or sorted(order) not in (sorted("dmY"), sorted("mY"), ["Y"]):
        return full
    group = {letter: f"regexp_extract({t}, {literal(pattern)}, {place_ + 1})" for place_, letter in enumerate(order)}
    month = f"nullif(try_cast({group['m']} as integer), 0)" if "m" in group else "cast(null as integer)"
    day = f"nullif(try_cast({group['d']} as integer), 0)" if "d" in group else "cast(null as integer)"
    year = group["Y"]
    rest = (
        f"case when {year} = '' or {year} = '0000' or ({month} is not null and {day} is not null) or coalesce({month}, 1) > 12 or coalesce({day}, 1) > 31 then null "
        f"when {month} is not null then {year} || '-' || lpad(cast({month} as varchar), 2, '0') else {year} end"
    )
    return f"coalesce({full}, {rest}, case when regexp_full_match({t}, '(19|20)[0-9]{{2}}') then {t} end)"


def mrz_digit(text: str) -> str:
    """SQL of the check digit of ICAO 9303, part 3, 4.9: weights 7 3 1, letters from 10, filler 0, modulo 10."""
    char = f"substr(upper({text}), i, 1)"
    number = f"coalesce(try_cast({char} as integer), case when {char} between 'A' and 'Z' then ascii({char}) - 55 else 0 end)"
    weight = "case i % 3 when 1 then 7 when 2 then 3 else 1 end"
    return f"cast(list_sum([({number}) * ({weight}) for i in range(1, length({text}) + 1)]) % 10 as varchar)"


def add_codes(made: Plan, spec: ContractField, t: str, m: str, number: int) -> None:
    """Map codes: in place for a short map, by a dated table for a list of the pack."""
    if spec.codes:
        whens = " ".join(f"when {literal(k)} then {literal(v)}" for k, v in spec.codes.items())
        made.coded[m] = f"case {t} {whens} end"
        known = ", ".join(literal(k) for k in spec.codes)
        missed = f"{t} is not null and {t} not in ({known})"
        add_missed_code(made, spec, Problem("code", spec.column, missed, t, literal(" ".join(spec.codes))))
    else:
        listed = made.country.code_list(str(spec.code_list))
        of_birth = "birth_country" in (spec.field, spec.identity)    # a state of the past stays a place of birth
        table = f"codes_{re.sub(r'[^a-z0-9]+', '_', listed.id.lower())}{'_any' if of_birth else ''}"
        made.lists[table] = listed
        dated = any(c.valid_from or c.valid_to for c in listed)
        day = reference_day(made, spec) if dated else None
        on = f" and coalesce({day}, {NULL_DAY}) between c{number}.first_on and c{number}.last_on" if day else f" and c{number}.is_last"
        made.joins.append(f"left join {table} c{number} on c{number}.code = {t}{on}")
        made.coded[m] = f"c{number}.target"
        missed = f"{t} is not null and k{number} is null"
        made.coded[f"k{number}"] = f"c{number}.code"
        known_at_all = f"exists (select 1 from {table} where code = {t})"
        reason = f"case when {known_at_all} then 'code_not_valid' else 'code' end"
        add_missed_code(made, spec, Problem("code", spec.column, missed, t, f"case when {known_at_all} then 'a code valid on that day' else {literal('list ' + listed.id)} end", reason))
    made.code_columns.append((spec.column, f"{t} is not null", f"({missed})"))


def add_missed_code(made: Plan, spec: ContractField, problem: Problem) -> None:
    """An unknown code sets its row aside only where the record cannot do without the value; elsewhere it is a remark."""
    if may_be_empty(made.contract, spec):
        made.remarks.append(problem)
    else:
        made.problems.append(problem)


def may_be_empty(contract: Contract, spec: ContractField) -> bool:
    """Whether a record may be made without the value of this column."""
    if spec.required or spec.key:
        return False
    for part in contract.records:
        if part.record in TABLES:
            filled = {spec.field, *(target for target, source in part.fields.items() if source == spec.column)}
            if any(c.name in filled and c.null == "never" for c in TABLES[part.record].columns):
                return False
    return True


def reference_day(made: Plan, spec: ContractField) -> str | None:
    """SQL of the day on which a code must have been valid: the day of the record; for a country of birth, the birth date."""
    if "birth_country" in (spec.field, spec.identity):
        for number, f in enumerate(made.contract.fields):
            if f.identity == "birth_date" and f.date:
                return f"try_cast(rpad(cast(x{number} as varchar), 10, '-07-01') as date)" if kind_of(f) == "partial" else f"x{number}"
        return None
    wanted = made.contract.observed_on
    for number, f in enumerate(made.contract.fields):
        if f.date and kind_of(f) != "partial" and (wanted in (f.field, f.column) or (wanted is None and f.field) or (wanted or "").replace("_on", "_at") == f.field):
            return f"cast(x{number} as date)"
    return "period_to_on"


# -- records -------------------------------------------------------------------------------------------------------------


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


def codes_rows(listed: CodeList, *, lenient: bool = False) -> list[tuple[str, str | None, Any, Any, bool]]:
    """Rows (code, target, first day, last day, is_last) of a code list; validities of one code may not overlap.

    `lenient` stretches the validities over all time, so that a code is found whatever the day.
    """
    by_code: dict[str, list] = {}
    for code in listed:
        by_code.setdefault(code.code, []).append((code.valid_from or date(1, 1, 1), code.valid_to or date(9999, 12, 31), code.target))
    rows: list[tuple[str, str | None, Any, Any, bool]] = []
    for name, entries in by_code.items():
        entries.sort(key=lambda e: e[0])
        for i, (first, last, target) in enumerate(entries):
            if i and first <= entries[i - 1][1]:
                if target != entries[i - 1][2]:
                    raise PackError(f"Code '{name}' has two meanings at once, from {first}.", where=f"code list {listed.id}", fix="end the first with valid_to")
                first = entries[i - 1][1] + timedelta(days=1) if entries[i - 1][1] < date(9999, 12, 31) else date(9999, 12, 31)
            if lenient:
                first = date(1, 1, 1) if i == 0 else rows[-1][3] + timedelta(days=1)
                last = date(9999, 12, 31) if i == len(entries) - 1 else last
            rows.append((name, target, first, last, i == len(entries) - 1))
    return rows


def quoted_list(names: list[str]) -> str:
    return ", ".join(quoted(n) for n in names)
