"""The agency's desk: from the truth to the rows it writes, column by column, as the contract says.

The contract names for every physical column what it becomes in a record; read backwards, it says what to write there. The pack's
agencies.yaml adds only what a contract cannot know: which people an agency sees, when it delivers, and what it makes up itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from karvan.country import Contract, Country
from karvan.country.contract import ContractField, RecordPart
from karvan.synth.sheet import Sheet
from karvan.synth.truth import TRUTH

if TYPE_CHECKING:
    import duckdb

ISO = "%Y-%m-%d"
PROFILES = {"iso": ISO, "yyyymmdd": "%Y%m%d", "excel_serial": "excel"}
PERIOD = {"day": ISO, "month": "%Y-%m", "year": "%Y", "snapshot": ISO}
EXTRA_TYPES = {"abroad": {"registered_on": "day"}, "own_documents": {"issued_on": "day", "expires_on": "day"}}


@dataclass(frozen=True)
class Window:
    """The days that agencies deliver, both inclusive."""

    first: date
    last: date

    def periods(self, period: str) -> list[str]:
        """Every day or month of the window, as a feed of that period names it; none for feeds of longer periods."""
        if period not in ("day", "month"):
            return []
        days = [self.first + timedelta(i) for i in range((self.last - self.first).days + 1)]
        return list(dict.fromkeys(day.strftime(PERIOD[period]) for day in days))


def open_office(con: duckdb.DuckDBPyConnection, truth: Path, named: dict[str, pa.Table], country: Country, settings: dict[str, Any]) -> None:
    """Put on the desk what agencies look up: documents with their names, numbers, citizenships, addresses, people abroad.

    The truth is read from its files; `named` are the tables of `name_everybody` (spells, passports), given up one by one.
    """
    for name in TRUTH:
        con.execute(f"""create or replace table "{name}" as select * from read_parquet('{truth / name}.parquet')""")
    for name in list(named):
        con.register("arriving", named.pop(name))
        con.execute(f"create or replace table {name} as select * from arriving")
        con.unregister("arriving")
    con.execute("""
        create or replace table papers as
        select d.*, q.surname, q.given_names, q.digit, 'I' || lpad(cast(row_number() over (order by d.issued_on, d.doc_no) as varchar), 9, '0') as iamas_no
        from documents d join passports q using (doc_no)
        order by d.doc_no""")
    con.execute("drop table passports")
    streets = settings.get("streets") or [""]
    con.execute("create or replace table places (region varchar, name varchar)")
    con.executemany("insert into places values (?, ?)", [[c.code, c.name(country.languages[0])] for c in country.code_list("regions")] or [["", ""]])
    con.execute("create or replace table streets as select unnest(?) as street, generate_subscripts(?, 1) - 1 as no", [streets, streets])
    con.execute("create or replace table cases as select case_no, count(distinct person_no) as case_size, min(event_on) as opened_on from case_event group by case_no")
    con.execute(f"create or replace table homes as {(Path(__file__).parent / 'homes.sql').read_text(encoding='utf-8')}")
    about = settings.get("abroad", {})
    con.execute(
        """
        create or replace table abroad as
        select r.person_no, max_by(d.doc_no, d.issued_on) as doc_no, r.next_country as country,
               r.to_on + cast(10 + hash(r.person_no, 3) % $within as integer) as registered_on
        from residence r join nationalities c on c.person_no = r.person_no and c.citizenship = $national and c.from_on <= r.to_on
        join documents d on d.person_no = r.person_no and d.issuer = $national and d.doc_type = 'P' and d.issued_on <= r.to_on
        where r.next_country is not null and hash(r.person_no, 2) % 1000 < 1000 * $registers
        group by r.person_no, r.to_on, r.next_country order by r.person_no, r.to_on""",
        {"national": country.national, "within": int(about.get("within_days", 400)), "registers": float(about.get("registers", 0.25))},
    )
    con.execute(
        """create or replace table own_documents as
        select person_no, doc_no, doc_type, issued_on, expires_on from documents where issuer = ? and doc_type in ('P', 'ID') order by doc_no""",
        [country.national],
    )


def check_digits(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    """The check digit of every document number (ICAO 9303: weights 7, 3, 1; A is 10).

    >>> check_digits(pa.chunked_array([["L898902C3"]])).to_pylist()
    ['6']
    """
    value = np.zeros(256, np.int32)
    value[ord("0") : ord("9") + 1] = np.arange(10)
    value[ord("A") : ord("Z") + 1] = np.arange(10, 36)
    digits = []
    for first in range(0, len(numbers), 200_000):
        texts = numbers.slice(first, 200_000).to_numpy().astype("S16")
        letters = texts.view(np.uint8).reshape(len(texts), 16)
        digit = (value[letters] * np.resize(np.array([7, 3, 1], np.int32), 16)).sum(axis=1) % 10
        digits.append(pa.array(digit.astype("U1").astype(object), pa.string()))
    return pa.chunked_array(digits, pa.string())


def write_sheet(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    settings: dict[str, Any],
    *,
    window: Window,
    piece: Window,
    national: str,
    words: dict[str, dict[str, str]] | None = None,
) -> Sheet:
    """All rows of a feed that its agency delivers in a piece of the window; what it knows from before comes with the first piece."""
    queries = [_part_query(contract, settings, number, window, piece, national, words or {}) for number in range(len(settings["parts"]))]
    rows = con.sql(" union all ".join(f"({q})" for q in queries) + " order by _period, _delivered, _key").to_arrow_table()
    return Sheet(contract, rows)


def count_rows(con: duckdb.DuckDBPyConnection, settings: dict[str, Any], *, window: Window) -> int:
    """Rows that a feed delivers in the window, before any defect."""
    return sum(int(con.sql(f"select count(*) from ({_sent(part, window, window)})").fetchall()[0][0]) for part in settings["parts"])


def _sent(part: dict[str, Any], window: Window, piece: Window) -> str:
    """Rows of a truth table as they are sent: when the agency first writes them, and again when it knows more."""
    truth, later, delivered = part["truth"], part.get("later"), part["delivered"]
    first, last = f"date '{window.first}'", f"date '{window.last}'"
    fixed = delivered == "every_year"
    day = "make_date(y, 1, 1)" if fixed else f"cast({delivered} as date)"
    source = f'"{truth}" t' + (f", range({window.first.year + 1}, {window.last.year + 1}) years(y)" if fixed else "")
    again = f"cast({later['on']} as date)" if later else "cast(null as date)"
    base = f"""
        select t.*, t.rowid as rowid, _day, _again, first_day, greatest(_day, first_day - 1) as _first
        from (select t.*, t.rowid as rowid, {day} as _day, {again} as _again, {first} as first_day from {source} where {part.get("where", "true")}) t
        where (_day >= first_day or ({part.get("state", "false")})) and _day <= {last}"""
    now = f"_delivered <= date '{piece.last}'" + ("" if piece.first == window.first else f" and _delivered >= date '{piece.first}'")
    return f"""
        select * from (
            select b.*, false as _second, _first as _delivered, coalesce(date_trunc('month', _again) > date_trunc('month', _first), false) as ahead from ({base}) b
            union all
            select b.*, true as _second, _again as _delivered, false as ahead from ({base}) b
            where date_trunc('month', _again) > date_trunc('month', _first) and _again <= {last})
        where {now}"""


def _part_query(
    contract: Contract, settings: dict[str, Any], number: int, window: Window, piece: Window, national: str, words: dict[str, dict[str, str]]
) -> str:
    part = settings["parts"][number]
    record = contract.records[number] if number < len(contract.records) else contract.records[0]
    truth = part["truth"]
    types: dict[str, str] = {c.name: c.type for c in TRUTH[truth].columns} if truth in TRUTH else EXTRA_TYPES[truth]
    own = set(types) | {"person_no", "doc_no"}
    person = "person_no" in TRUTH[truth].column_names if truth in TRUTH else True
    cells = []
    later = part.get("later")
    digits: set[str | None] = {f.check_column for f in contract.fields if f.check_column}
    for f in contract.fields:
        expression, kind = _expression(f, part, record, settings.get("names", "office"), types, own, person, digits)
        if expression is not None and f.code_list in words:
            expression = f"case {expression} " + " ".join(f"when '{a}' then '{b}'" for a, b in words[f.code_list].items()) + f" else {expression} end"
        text = _text(f, expression, kind)
        if f.key and expression is None:
            text = f"'{settings.get('key', '')}{number if len(settings['parts']) > 1 else ''}' || lpad(cast(t.rowid + 1 as varchar), 9, '0')"
        if later and f.column in later["columns"]:
            text = f"case when not ahead then {text} end"
        cells.append(f'{text} as "{f.column}"')
    keys = [f'"{f.column}"' for f in contract.key]
    who = "cast(null as bigint)" if not person else "t.person_no"
    named = part.get("named_on", "t._day")
    joins = (
        f"""
        left join (select * from papers where doc_no in (select doc_no from sent)) d on d.doc_no = t.doc_no
        left join (select * from people where person_no in (select person_no from sent)) p on p.person_no = t.person_no
        left join (select * from spells where person_no in (select person_no from sent)) n
             on n.person_no = t.person_no and (n.from_on is null or n.from_on <= {named}) and (n.to_on is null or {named} < n.to_on)
        left join (select * from personal_numbers where person_no in (select person_no from sent)) pn on pn.person_no = t.person_no and pn.from_on <= t._delivered
        left join (select * from nationalities where person_no in (select person_no from sent)) c
             on c.person_no = t.person_no and c.from_on <= t._day and (c.to_on is null or t._day <= c.to_on)"""
        if person
        else ""
    )
    mothers = person and any(f.field == "mother_key" for f in contract.fields)
    if mothers:
        joins += " left join personal_numbers mn on mn.person_no = p.mother_no and mn.from_on <= t._delivered"
    if person and "region" in own:
        joins += " left join places pl on pl.region = t.region left join streets st on st.no = hash(t.person_no, 5) % (select count(*) from streets)"
    if "dwelling" in (part.get("columns") or {}).values():
        joins += " left join homes hm on hm.person_no = t.person_no and hm.from_on <= t._delivered and (hm.to_on is null or t._delivered < hm.to_on)"
    if "case_no" in own:
        joins += " left join cases cs on cs.case_no = t.case_no"
    one = f"qualify row_number() over (partition by t.rowid, t._delivered order by c.citizenship <> '{national}', c.citizenship, pn.from_on desc{', mn.from_on desc' if mothers else ''}) = 1" if person else ""
    ended = "t._delivered - interval 1 year" if part["delivered"] == "every_year" else "t._delivered"     # a list sent in January is that of the year before
    hidden = [
        f"{who} as _person", "t._delivered as _delivered", "t._day as _day", "t._second as _second", "t.rowid as _row",
        f"'{number}' as _part", f"strftime({ended}, '{PERIOD[contract.period]}') as _period",
        ("n.script = 'arabic'" if person else "false") + " as _arabic", ("n.latin_father" if person else "cast(null as varchar)") + " as _father",
        ("t.doc_no" if person else "cast(null as varchar)") + " as _doc", ("p.born_on" if person else "cast(null as date)") + " as _born",
    ]  # fmt: skip
    sent = f"with sent as materialized ({_sent(part, window, piece)})"
    return f"{sent} select *, concat_ws('/', {', '.join(keys)}) as _key from (select {', '.join(cells + hidden)} from sent t {joins} {one})"


def _expression(f: ContractField, part: dict[str, Any], record: RecordPart, style: str, types: dict[str, str], own: set[str], person: bool, digits: set[str | None]) -> tuple[str | None, str]:
    """What to write in a physical column: an SQL expression over the desk, and its type; None where the agency has nothing."""
    written = (part.get("columns") or {}).get(f.column)
    if written is not None:
        made = {
            "address": "coalesce(pl.name || ', ', '') || st.street || ' ' || (hash(t.person_no, 7) % 90 + 1)",
            "iamas_no": "d.iamas_no",
            "case_size": "cs.case_size",
            "dwelling": "case when hash(t.rowid, 17) % 5 > 0 then 'U' || lpad(cast(hash(coalesce(hm.home, t.person_no), t.region) % 10000000000 as varchar), 10, '0') end",
        }.get(str(written), str(written))
        return made, "day" if f.date else "text"
    if f.column in digits:
        return "case when t.rowid % 40 > 0 then d.digit end", "text"  # the rest is typed by hand
    inverse = next((column for column, physical in record.fields.items() if physical == f.column), None)
    if inverse in own:
        return f't."{inverse}"', types.get(inverse, "text")
    if f.field == "mother_key":
        return "case when t.event = 'birth' then mn.personal_no end", "text"
    if f.field in own:
        return f't."{f.field}"', types.get(f.field, "text")
    if not person:
        return None, "text"
    name = f.identity or f.field
    citizenship = "coalesce(case when d.doc_type = 'P' then d.issuer end, c.citizenship)"
    known: dict[str, tuple[str, str]] = {
        "birth_date": ("p.born_on", "day"), "sex": ("p.sex", "text"), "birth_country": ("p.born_country", "text"), "citizenship": (citizenship, "text"),
        "doc_type": ("d.doc_type", "text"), "doc_no": ("d.doc_no", "text"), "doc_issuer": ("d.issuer", "text"), "personal_no": ("pn.personal_no", "text"),
        "family_no": ("cast(null as varchar)", "text"), "address": ("cast(null as varchar)", "text"), "region": ("cast(null as varchar)", "text"),
    }  # fmt: skip
    if name in known:
        return known[name]
    printed = {"surname": "coalesce(d.surname, n.latin_surname)", "given_names": "coalesce(d.given_names, n.latin_given_names)"}
    copied = "(d.doc_no is not null and n.office_surname <> n.surname and hash(t.person_no, 11) % 2 = 0)"
    office = {
        "surname": f"case when {copied} then d.surname else n.office_surname end",
        "given_names": f"case when {copied} then d.given_names else n.office_given_names end",
    }
    patronymic = "case when n.office_surname = n.surname or hash(t.person_no, 13) % 5 < 3 then nullif(n.office_patronymic, '') end"
    if style == "passport":
        names = {k: f"upper({v})" for k, v in printed.items()}
    else:
        names = printed if style == "applicant" else office
    names = {**names, "patronymic": patronymic, "full_name": f"concat_ws(' ', {names['surname']}, {names['given_names']}, {patronymic})"}
    return (names.get(name or ""), "text")


def _text(f: ContractField, expression: str | None, kind: str) -> str:
    """The expression as the text that stands in the file."""
    if expression is None:
        return "cast(null as varchar)"
    if f.codes:
        cases = " ".join(f"when '{target}' then '{code}'" for code, target in f.codes.items() if target is not None)
        return f"case cast({expression} as varchar) {cases} end"
    if f.date:
        profile = PROFILES.get(f.date, f.date)
        if profile == "excel":
            return f"cast(date_diff('day', date '1899-12-30', cast({expression} as date)) as varchar)"
        if kind == "instant" or "%H" in profile:
            return f"strftime(cast({expression} as timestamp), '{profile}')"
        return f"strftime(cast({expression} as date), '{profile}')"
    if f.type == "number":
        text = f"printf('%.2f', cast({expression} as double))"
        return f"replace({text}, '.', '{f.decimal}')" if f.decimal else text
    if f.type == "integer":
        return f"cast(cast({expression} as bigint) as varchar)"
    return f"cast({expression} as varchar)"
