"""From a physical column to SQL: how its text becomes a typed, coded value, and what may be wrong with it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from karvan.country import CodeList, Contract, ContractField
from karvan.errors import PackError
from karvan.expressions import literal
from karvan.intake.plan import Plan, Problem, Value
from karvan.tables import TABLES

NULL_DAY = "date '9999-12-30'"


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
