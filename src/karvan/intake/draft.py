"""A first contract for a file that nobody has described: what can be seen is written down, what a person must decide is marked.

A draft guesses; that is why it ends in comments and never in a table. Reading by a contract guesses nothing.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from karvan.country import Contract, Country
from karvan.errors import DataError, SetupError
from karvan.intake.bytes_in import inner_name, open_extract
from karvan.tables import TABLES

SAMPLE_BYTES = 8 << 20
SAMPLE_ROWS = 5_000
DATES = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")

# Words by which a column is recognised, in the language of the declarations; packs add theirs as texts `intake.hint.<column>`.
HINTS: dict[str, str] = {
    "identity.full_name": "full.?name|^name$", "identity.surname": "surname|last.?name|family.?name", "identity.given_names": "given|first.?name|forename", "identity.patronymic": "patronymic|middle.?name",
    "identity.birth_date": "birth.?(date|day)|date.?of.?birth|^dob$|^born$", "birth_country": "birth.?country|country.?of.?birth",
    "identity.birth_place": "birth.?place|place.?of.?birth", "sex": "^sex$|gender", "citizenship": "citizen|nationality", "identity.doc_no": "(doc|passport).{0,9}(no|num[a-z]*)$|^passport$",
    "identity.doc_type": "doc.{0,9}type", "identity.doc_issuer": "issu", "identity.personal_no": "personal.?(no|num|id)|national.?id", "identity.address": "address",
    "region": "region|district|municipality", "crossed_at": "cross.{0,6}(at|date|time|on)", "direction": "direction|entry.?exit|in.?out", "bcp": "border.?(point|crossing)|checkpoint|^bcp$|(^|[^a-z])(air|sea)?port([^a-z]|$)",
    "mode": "transport|^mode$", "purpose": "purpose", "carrier": "carrier|flight|vessel", "visa_no": "visa.?no", "refusal_ground": "refusal",
    "applied_on": "appl.{0,12}(date|on|day)|date.?of.?appl", "submitted_on": "submit|lodged", "decided_on": "decision.?(date|day|on)|decided", "decision": "^decision$|outcome|result",
    "valid_from_on": "valid.?from|start.?date", "valid_to_on": "valid.?(to|until|till)|expir|end.?date", "permit_no": "permit.?(no|num)", "kind": "permit.?(type|kind)|^kind$", "ground": "ground|basis",
    "registered_on": "registered|registration.?date", "arrived_on": "arriv", "host_type": "host", "occupation": "occupation|(^|[^a-z])isco|profession", "industry": "industry|isic|nace|sector", "employer": "employer",
    "wage_month": "wage|salary", "event_on": "event.?(date|day)|^date$", "event": "^event$", "since_on": "since|registered.?from", "until_on": "until|deregister", "period": "^(year|month|period)$",
    "value": "^value$|count|number.?of|persons|total", "country": "^country$", "contract_no": "contract.?(no|num)", "concluded_on": "conclu|sign(ed|ing)", "hours_week": "hours", "case_no": "case",
    "need": "need", "offered_on": "offered|referral.?date", "currency": "currency", "amount": "amount", "entered_on": "entered|entry.?date|date.?of.?entry", "left_on": "left|exit.?date|departure", "age": "^age$",
    "marital_status": "marital", "education": "education|isced", "residence_country": "residence.?country|country.?of.?residence", "issued_on": "issue.?date|date.?of.?issue",
}  # fmt: skip


@dataclass
class Seen:
    """What was seen in one column."""

    name: str
    values: list[str] = field(default_factory=list)
    filled: float = 0.0
    distinct: int = 0
    date: str | None = None
    ambiguous: bool = False
    partial: bool = False
    number: str | None = None    # "integer", "number" or "comma"
    start: int | None = None
    width: int | None = None
    path: str | None = None


@dataclass
class Look:
    """What was seen in a file."""

    form: str
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    rows: str | None = None
    skip_rows: int = 0
    namespaces: dict[str, str] = field(default_factory=dict)
    columns: list[Seen] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    count: int = 0


def draft(path: Path | str, *, feed: str, institution: str = "TODO", country: Country | None = None) -> str:
    """A commented contract (YAML) for a file: format, encoding, delimiter, date profiles, likely fields, codes seen.

    Raises SetupError if there is no such file, DataError if nothing can be made of it.
    """
    path = Path(path)
    if not path.is_file():
        raise SetupError("There is no such file.", where=str(path), fix="check the path")
    look = look_at(path)
    if not look.columns or not look.count:
        raise DataError("No rows can be seen in this file.", where=path.name, fix="try a file with some rows")
    for column in look.columns:
        profile(column, look)
    return written(look, path, feed, institution, country)


# -- looking -------------------------------------------------------------------------------------------------------------


def look_at(path: Path) -> Look:
    with open_extract(path) as stream:
        begin = stream.read(SAMPLE_BYTES)
    if begin[:4] == b"PAR1":
        return look_at_table(path, "parquet")
    if begin[:2] == b"PK":
        return look_at_table(path, "xlsx")
    if b"\0" in begin[:4096] and not begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError("This is no text, workbook, XML, JSON or Parquet file.", where=path.name, fix="ask for the file in one of these forms; an encrypted or old .xls file must be saved anew")
    encoding, remark = encoding_of(begin)
    text = begin.decode(encoding, errors="ignore")
    if len(begin) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1] or text
    look = look_at_xml(begin, path) if text.lstrip()[:1] == "<" else look_at_json(text, path) if text.lstrip()[:1] in ("{", "[") else look_at_text(text)
    look.encoding = encoding
    if remark:
        look.remarks.append(remark)
    return look


def encoding_of(begin: bytes) -> tuple[str, str | None]:
    """The likely encoding. Single-byte encodings can only be told apart by how letters with the high bit stand together."""
    if begin.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", None
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    try:
        begin[: begin.rfind(b"\n") + 1 or None].decode("utf-8")
        return "utf-8", None
    except UnicodeDecodeError:
        runs = [len(r) for r in re.findall(rb"[\x80-\xff]+", begin)]
        encoding = "cp1251" if sum(runs) / len(runs) >= 2 else "cp1254"
        return encoding, f"the bytes are not UTF-8; {encoding} is a guess from how letters stand together: look at the names"


def look_at_text(text: str) -> Look:
    lines = [line for line in text.splitlines() if line.strip()][: SAMPLE_ROWS + 1]
    counts = {mark: [line.count(mark) for line in lines[:200]] for mark in (";", "\t", "|", ",")}
    likely = {mark: Counter(c).most_common(1)[0] for mark, c in counts.items() if c}
    best = max(likely, key=lambda m: (likely[m][1] if likely[m][0] else 0, likely[m][0]), default=",")
    if not likely or not likely[best][0] or likely[best][1] < 0.6 * min(200, len(lines)):
        widths = Counter(len(line) for line in lines)
        if len(lines) > 2 and widths.most_common(1)[0][1] > 0.9 * len(lines):
            return look_at_fixed(lines)
    table = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=best))
    header, rows = (table[0], table[1:]) if table else ([], [])
    look = Look("csv", delimiter=best, count=len(rows))
    look.columns = [Seen(name.strip() or f"column_{i + 1}", [r[i].strip() if i < len(r) else "" for r in rows]) for i, name in enumerate(header)]
    return look


def look_at_fixed(lines: list[str]) -> Look:
    """Columns begin where a letter follows a place that is blank in every line."""
    width = max(len(line) for line in lines)
    blank = [all(len(line) <= i or line[i] == " " for line in lines) for i in range(width)]
    starts = [i for i in range(width) if not blank[i] and (i == 0 or blank[i - 1])]
    look = Look("fixed_width", count=len(lines), remarks=["columns are where every line has a blank before them; neighbours without a blank between them look like one: check `start` and `width`"])
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else width
        look.columns.append(Seen(f"column_{number + 1}", [line[start:end].strip() for line in lines], start=start + 1, width=end - start))
    return look


def look_at_json(text: str, path: Path) -> Look:
    first = text.lstrip()
    rows: list[Any] = []
    if first.startswith("{") and "\n" in first.strip() and is_object(first.strip().splitlines()[0]):
        look = Look("jsonl")
        rows = [json.loads(line) for line in first.splitlines()[:SAMPLE_ROWS] if is_object(line)]
    else:
        look = Look("json")
        try:
            content = json.loads(text)
        except ValueError:
            raise DataError("The file is JSON, but too large or broken to be looked at as a whole.", where=path.name, fix="draft from a smaller file of the same layout") from None
        if isinstance(content, dict):
            key = max((k for k, v in content.items() if isinstance(v, list)), key=lambda k: len(content[k]), default=None)
            if key is None:
                raise DataError("No list of rows is in this file.", where=path.name, fix="write the contract by hand")
            look.rows, content = key, content[key]
        rows = [r for r in content if isinstance(r, dict)][:SAMPLE_ROWS]
    flat = [flattened(r) for r in rows]
    names = list(dict.fromkeys(k for r in flat for k in r))
    look.columns = [Seen(n.replace(".", "_"), [r.get(n, "") for r in flat], path=n) for n in names]
    look.count = len(rows)
    return look


def is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def flattened(row: dict[str, Any], before: str = "") -> dict[str, str]:
    from karvan.intake.readers.json_rows import text_of

    made: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            made |= flattened(value, f"{before}{key}.")
        else:
            made[f"{before}{key}"] = text_of(value) or ""
    return made


def look_at_xml(begin: bytes, path: Path) -> Look:
    from lxml import etree

    if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin:
        raise DataError("The file declares entities or a document type of its own.", where=path.name, fix="ask for it without DOCTYPE")
    try:
        with open_extract(path) as stream:
            root = etree.parse(stream, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()    # type: ignore[arg-type]
    except etree.XMLSyntaxError as wrong:
        raise DataError(f"This is not well-formed XML: {wrong.msg}", where=path.name, fix="ask for the file again") from None
    tags = Counter(e.tag for e in root.iter() if isinstance(e.tag, str) and len(e))
    tag = next((t for t, n in tags.most_common() if n > 1), root[0].tag if len(root) else root.tag)
    spaces = {f"n{i + 1}": uri for i, uri in enumerate(dict.fromkeys(etree.QName(e).namespace for e in root.iter() if isinstance(e.tag, str) and etree.QName(e).namespace))}
    prefix = {uri: p for p, uri in spaces.items()}

    def step(e: Any) -> str:
        name = etree.QName(e)
        return f"{prefix[name.namespace]}:{name.localname}" if name.namespace else name.localname

    flat: list[dict[str, str]] = []
    for element in list(root.iter(tag))[:SAMPLE_ROWS]:
        row = {f"@{k}": v for k, v in element.attrib.items()}

        def walk(e: Any, way: str, row: dict[str, str] = row) -> None:
            for child in e:
                if isinstance(child.tag, str):
                    here = f"{way}{step(child)}"
                    row |= {f"{here}/@{k}": v for k, v in child.attrib.items()}
                    if len(child):
                        walk(child, here + "/", row)
                    else:
                        row[here] = (child.text or "").strip()

        walk(element, "")
        flat.append(row)
    names = list(dict.fromkeys(k for r in flat for k in r))
    look = Look("xml", rows=f".//{step(next(root.iter(tag)))}", namespaces=spaces, count=len(flat))
    look.columns = [Seen(re.sub(r"\W+", "_", re.sub(r"\w+:", "", n)).strip("_"), [r.get(n, "") for r in flat], path=n) for n in names]
    return look


def look_at_table(path: Path, form: str) -> Look:
    if form == "xlsx":
        from python_calamine import CalamineWorkbook

        from karvan.intake.readers.spreadsheet import cell_text, check_packing

        check_packing(path)
        book = CalamineWorkbook.from_path(str(path))
        content = book.get_sheet_by_name(book.sheet_names[0]).to_python(skip_empty_area=False)
        skip = title_rows(content)
        content = content[skip:]
        header = content[0] if content else []
        look = Look("xlsx", sheet=book.sheet_names[0], count=max(0, len(content) - 1), skip_rows=skip)
        if skip:
            look.remarks.append(f"{skip} rows above the header look like a title; they are skipped (`skip_rows`)")
        look.columns = [Seen(str(n).strip() or f"column_{i + 1}", [cell_text(r[i]) or "" for r in content[1 : SAMPLE_ROWS + 1]]) for i, n in enumerate(header)]
        if len(book.sheet_names) > 1:
            look.remarks.append(f"the workbook has further sheets: {', '.join(book.sheet_names[1:8])}")
        return look
    import pyarrow as pa
    import pyarrow.parquet as pq

    from karvan.intake.readers.columnar import as_text

    try:
        table = pq.read_table(path).slice(0, SAMPLE_ROWS)
    except (pa.ArrowInvalid, OSError) as wrong:
        raise DataError(f"This is no Parquet file that can be read: {str(wrong).split(': ')[0]}.", where=path.name, fix="ask for the file again") from None
    look = Look("parquet", count=table.num_rows)
    look.columns = [Seen(n, [v or "" for v in as_text(table[n]).to_pylist()]) for n in table.column_names]
    return look


def title_rows(content: list[list[Any]]) -> int:
    """Rows before the header: those that fill less than half as many cells as the widest of the first fifty rows.

    >>> title_rows([["Permits of March", "", ""], ["", "", ""], ["No", "Born", "Sex"], ["1", "1990", "f"]])
    2
    """
    filled = [sum(c not in ("", None) for c in row) for row in content[:50]]
    most = max(filled, default=0)
    return next((i for i, n in enumerate(filled) if 2 * n >= most), 0) if most else 0


# -- profiling -----------------------------------------------------------------------------------------------------------


def profile(column: Seen, look: Look) -> None:
    """Find out what kind of values a column holds."""
    filled = [v for v in column.values if v.strip()]
    column.filled = len(filled) / len(column.values) if column.values else 0.0
    column.distinct = len(set(filled))
    if not filled:
        return
    fits = {form: sum(parses(v, form) for v in filled) for form in DATES}
    best = max(fits, key=lambda f: fits[f])
    blurred = sum(bool(re.fullmatch(r"00[./]\d\d[./]\d{4}|\d\d[./]00[./]\d{4}|\d{4}00\d\d|\d{6}00|(19|20)\d\d(-\d\d)?", v)) for v in filled)
    plausible = best != "%Y%m%d" or all(v[:2] in ("18", "19", "20") for v in filled[:200] if len(v) == 8)
    if plausible and fits[best] > 0.5 * len(filled) and fits[best] + blurred >= 0.95 * len(filled):
        column.date = best
        column.partial = blurred > 0 and fits[best] < len(filled)
        column.ambiguous = sum(1 for f in ("%d/%m/%Y", "%m/%d/%Y") if fits[f] == fits[best]) == 2
        return
    if all(re.fullmatch(r"-?\d{1,15}", v) for v in filled) and not any(re.fullmatch(r"0\d+", v) for v in filled):
        column.number = "integer"
    elif all(re.fullmatch(r"-?[\d  ]+(\.\d+)?(e[+-]?\d+)?", v, re.I) for v in filled):
        column.number = "number" if not all(re.fullmatch(r"0\d+", v) for v in filled) else None
    elif all(re.fullmatch(r"-?[\d  .]+(,\d+)?", v) for v in filled):
        column.number = "comma"


def parses(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
        return True
    except ValueError:
        if form != "%Y-%m-%dT%H:%M:%S" or len(text) < 20:
            return False
    try:    # with an offset from UTC: `iso` reads it and turns it to the country's own clock
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def target_of(column: Seen, country: Country | None) -> str | None:
    """The column of a record or of `identities` that this one is called like."""
    name = column.name.lower().replace("ı", "i").replace("ə", "e")
    for target, words in HINTS.items():
        key = f"intake.hint.{target}"
        patterns = [words, *(country.texts[key].values() if country and key in country.texts else [])]
        if any(p and re.search(p, name) for p in patterns):
            return target
    return None


def code_list_of(column: Seen, country: Country | None, target: str | None) -> str | None:
    """The pack's code list that nearly all values stand in."""
    if country is None or (column.number == "integer" and column.distinct > 50):
        return None
    values = [v for v in column.values if v]
    if not values or column.distinct < 2 or (all(v.isdigit() for v in values) and target is None):    # 01, 02, 03 stand in every list
        return None
    share = {name: sum(v in listed for v in values) / len(values) for name, listed in country.code_lists.items() if len(listed) > 1}
    best = max(share, key=lambda n: (share[n], -len(country.code_lists[n])), default=None)
    return best if best and share[best] >= 0.95 else None


# -- writing -------------------------------------------------------------------------------------------------------------


def written(look: Look, path: Path, feed: str, institution: str, country: Country | None) -> str:
    """The draft as YAML."""
    targets: dict[str, str] = {}
    for column in look.columns:
        target = target_of(column, country)
        if target and target not in targets.values():
            targets[column.name] = target
    record = likely_record(set(targets.values()))
    columns = set(TABLES[record].column_names) if targets else set()
    key = likely_key(look)
    period, pattern = likely_period(inner_name(path))
    lines = [
        f"# Draft for {path.name}: {look.count:,} rows looked at. Every line with TODO is for a person to decide.",
        *(f"# Note: {r}." for r in look.remarks),
        "apiVersion: v3.1.0", "kind: DataContract", f"id: {feed}", f"name: {quoted(feed)}    # TODO: a name that people use", "version: 0.1.0", "status: draft",
        f"tenant: {institution}    # id of the institution in institutions.yaml", "domain: TODO",
        "description:", "  purpose: TODO why the platform may hold these data", "  limitations: TODO what the source leaves out", "  usage: TODO how often it comes",
        "schema:", f"  - name: {re.sub(r'[^a-z0-9_]+', '_', feed.split('.')[-1].lower())}", f"    physicalType: {look.form}", "    properties:",
    ]  # fmt: skip
    for column in look.columns:
        lines += property_lines(column, targets.get(column.name), record, columns, key, look, country)
    lines += ["slaProperties:", f"  - {{property: frequency, value: {'daily' if period == 'day' else 'monthly'}}}", "  - {property: latency, value: 10, unit: d}    # TODO: days after the period", "customProperties:", "  - property: karvan", "    value:"]
    identities = [t for t in targets.values() if t.startswith("identity.")]
    person_key = "personal_no" if "identity.personal_no" in targets.values() else "document" if "identity.doc_no" in targets.values() else "none"
    others = ", ".join(n for n, t in TABLES.items() if t.kind == "record" and n != record)
    lines += [f"      record: {record}    # TODO: is it? others: {others}" if columns else f"      record: TODO    # no column was recognised; which of {record}, {others}?"]
    missing = [c for c in TABLES[record].columns if columns and c.null == "never" and c.name not in (*targets.values(), "record_id", "feed", "delivery_id", "row_no", "crossed_on", "same_second", "decision")]
    if missing:
        lines += [f"      constants: {{}}    # TODO: {record} needs {', '.join(c.name + (' (' + '|'.join(c.values) + ')' if c.values else '') for c in missing)}: map a column to each, or give a constant here"]
    if look.form in ("csv", "fixed_width", "xml", "json", "jsonl"):
        lines.append(f"      encoding: {look.encoding}")
    if look.form == "csv":
        lines.append(f"      delimiter: {json.dumps(look.delimiter)}")
    if look.sheet:
        lines.append(f"      sheet: {quoted(look.sheet)}")
    if look.skip_rows:
        lines.append(f"      skip_rows: {look.skip_rows}")
    if look.rows:
        lines.append(f"      rows: {quoted(look.rows)}")
    if look.namespaces:
        lines.append(f"      namespaces: {json.dumps(look.namespaces)}")
    lines += [f"      period: {period}    # day, month, year: each file covers one; snapshot, edition: each file replaces all before", f"      file: {quoted(pattern)}    # {{period}} stands for the period in the name"]
    note = "personal_no, register_no, document, or none" + ("" if identities or person_key != "none" else "; with none, nothing here is ever linked to a person")
    lines += [f"      person_key: {person_key}    # {note}", "      gates: {rows: [0, 1000000], fill_drop_points: 5, code_miss_share: 0.01}    # TODO: the usual band of rows"]
    return "\n".join(lines) + "\n"


def property_lines(column: Seen, target: str | None, record: str, columns: set[str], key: str | None, look: Look, country: Country | None) -> list[str]:
    """One property of the schema, with what was seen as a comment."""
    own: list[str] = []
    if target:
        bare = target.removeprefix("identity.")
        if not target.startswith("identity.") and bare in columns:
            own.append(f"{{property: field, value: {bare}}}")
        if target.startswith("identity.") or bare in ("sex", "citizenship", "birth_country", "region"):
            own.append(f"{{property: identity, value: {bare}}}")
    if column.date:
        form = {"%Y-%m-%d": "iso", "%Y%m%d": "yyyymmdd", "%Y-%m-%dT%H:%M:%S": "iso", "%Y-%m-%d %H:%M:%S": "iso"}.get(column.date, column.date)
        own.append(f"{{property: date, value: {quoted(form)}}}")
        if column.partial:
            own.append("{property: partial, value: true}")
    if column.number == "comma":
        own.append('{property: decimal, value: ","}')
    record_column = next((c for c in TABLES[record].columns if c.name == (target or "").removeprefix("identity.") and c.values), None)
    listed = None if column.date or column.number in ("number", "comma") or record_column else code_list_of(column, country, target)
    seen = sorted({v for v in column.values if v})
    note = f"{column.filled:.0%} filled, {column.distinct:,} distinct"
    if listed and (target is None or not target.startswith("identity.") or target in ("identity.doc_type", "identity.doc_issuer")):
        own.append(f"{{property: code_list, value: {listed}}}")
    elif target and not target.startswith("identity.") and 0 < column.distinct <= 12 and not column.date and not column.number:
        declared = record_column
        if declared:
            same = set(seen) <= set(declared.values)
            own.append("{property: codes, value: {" + ", ".join(f"{quoted(v)}: {v if same else 'TODO'}" for v in seen) + "}}")
            note += "" if same else f"; codes: each must become one of {', '.join(declared.values)}"
    if column.start:
        own += [f"{{property: start, value: {column.start}}}", f"{{property: width, value: {column.width}}}"]
    if column.path and column.path != column.name:
        own.append(f"{{property: path, value: {quoted(column.path)}}}")
    kind = "timestamp" if column.date and "%H" in column.date else "date" if column.date else "integer" if column.number == "integer" and not listed and column.name != key else "number" if column.number in ("number", "comma") else "string"
    if column.name == key:
        own.append("{property: field, value: key}") if not any("field" in o for o in own) else None
    parts = [f"name: {quoted(column.name)}", f"logicalType: {kind}"]
    if column.name == key:
        parts.append("primaryKey: true")
    if column.filled == 1.0 and (column.name == key or target):
        parts.append("required: true")
    parts.append(f"classification: {'P2' if (target and target.startswith('identity.')) or target is None else 'P1'}")
    if own:
        parts.append(f"customProperties: [{', '.join(own)}]")
    lines = []
    if column.ambiguous:
        lines.append(f"      # TODO: the dates of {column.name} fit day/month and month/day alike; ask which it is")
    if target is None and column.name != key:
        note += "; TODO: map it, or add {property: drop, value: true}; else it goes to `extra`"
    lines.append(f"      - {{{', '.join(parts)}}}    # {note}")
    return lines


def likely_record(targets: set[str]) -> str:
    """The record type that most of the columns recognised belong to, rare ones counting more."""
    types = {n: set(t.column_names) for n, t in TABLES.items() if t.kind == "record"}
    often = Counter(c for names in types.values() for c in names)
    score = {n: sum(1 / often[t] for t in targets if t in names) for n, names in types.items()}
    return max(score, key=lambda n: (score[n], -len(types[n])))


def likely_key(look: Look) -> str | None:
    """The first column that is always there and never the same twice, and is no date or amount."""
    for column in look.columns:
        if column.filled == 1.0 and column.distinct == len(column.values) > 1 and not column.date and column.number in (None, "integer"):
            return column.name
    return None


def likely_period(name: str) -> tuple[str, str]:
    """Period and name pattern, from a day, month or year in the name.

    >>> likely_period("permits_2024-03.csv")
    ('month', 'permits_{period}.csv')
    """
    for period, pattern in (("day", r"(19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?!\d)"), ("month", r"(19|20)\d\d[-_.]?(0[1-9]|1[0-2])(?!\d)"), ("year", r"(19|20)\d\d(?!\d)")):
        found = re.search(pattern, name)
        if found:
            return period, name[: found.start()] + "{period}" + name[found.end() :]
    return "edition", name


def quoted(text: str) -> str:
    """Text as YAML: plain where that is safe, else in quotes."""
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in ("yes", "no", "true", "false", "null", "on", "off", "y", "n") else json.dumps(text, ensure_ascii=False)


def contract_of(text: str, *, where: str = "draft") -> Contract:
    """A draft as a contract, to try it."""
    from karvan.country import contract_from
    from karvan.country.yaml_file import parse

    return contract_from(parse(text, where=where))


