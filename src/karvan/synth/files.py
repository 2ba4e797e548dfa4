"""Files: a sheet cut by period and laid out as its contract says. The same rows always make the same bytes."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import zipfile
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from karvan.country import Contract
from karvan.country.contract import ContractField
from karvan.synth.sheet import Sheet

Cells = dict[str, pa.Array]


def write_files(sheet: Sheet, folder: Path, *, due: Iterable[str] = (), leave_out: frozenset[str] = frozenset()) -> tuple[pa.Array, np.ndarray]:
    """Write every period of a sorted sheet into `folder`; periods in `leave_out` never arrive.

    A period of `due` without rows is delivered all the same, as an empty file: a quiet day is not a missing one.

    Returns the file name and the row number (from 1) of every row.
    """
    contract = sheet.contract
    periods = sheet.columns["_period"].to_pylist()
    starts = [i for i, p in enumerate(periods) if i == 0 or p != periods[i - 1]] + [len(periods)]
    lay_out = _LAYOUTS[contract.format](contract, {f.column: sheet.columns[f.column] for f in contract.fields})
    folder.mkdir(parents=True, exist_ok=True)
    names, numbers = np.empty(len(periods), object), np.empty(len(periods), np.int64)
    for start, end in itertools.pairwise(starts):
        name = contract.file.replace("{period}", periods[start])
        names[start:end], numbers[start:end] = name, np.arange(1, end - start + 1)
        if periods[start] not in leave_out:
            deliver(folder / name, lay_out(periods[start], start, end), contract, periods[start])
    for period in sorted(set(due) - set(periods) - leave_out):
        deliver(folder / contract.file.replace("{period}", period), lay_out(period, 0, 0), contract, period)
    return pa.array(names, pa.string()), numbers


def deliver(path: Path, content: bytes, contract: Contract, period: str) -> None:
    """Put a file in the agency's folder, dated by the day it was sent: most within the agreed days, some late."""
    path.write_bytes(content)
    sent = datetime.combine(last_day(period), time(9), UTC) + timedelta(days=lateness(f"{contract.id} {period}", int(contract.latency_days or 2)))
    os.utime(path, (sent.timestamp(), sent.timestamp()))


def last_day(period: str) -> date:
    """Last day of a period as files name it.

    >>> last_day("2024-02"), last_day("2024"), last_day("2024-02-03")
    (datetime.date(2024, 2, 29), datetime.date(2024, 12, 31), datetime.date(2024, 2, 3))
    """
    year, month, day = ([int(part) for part in period.split("-")] + [0, 0])[:3]
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def lateness(delivery: str, agreed: int) -> int:
    """Days from the end of a period to its delivery: one in thirty comes up to ten days after the agreed day, the rest within it."""
    drawn = int.from_bytes(hashlib.sha256(delivery.encode()).digest()[:4], "big")
    return agreed + 1 + drawn % 10 if drawn % 30 == 0 else min(agreed, 1 + drawn % max(agreed, 1))


LayOut = Callable[[str, int, int], bytes]


def _csv(contract: Contract, cells: Cells) -> LayOut:
    d = contract.delimiter
    head = d.join(f.column for f in contract.fields)
    lines = pc.binary_join_element_wise(*[_quoted(cells[f.column], d) for f in contract.fields], d)
    return lambda _, start, end: ("\r\n".join([head, *lines.slice(start, end - start).to_pylist()]) + "\r\n").encode(contract.encoding, errors="replace")


def _quoted(values: pa.Array, delimiter: str) -> pa.Array:
    filled = pc.fill_null(values, "")
    special = pc.match_substring_regex(filled, f'[{_in_class(delimiter)}"\n\r]')
    if not pc.any(special).as_py():
        return filled
    doubled = pc.replace_substring(filled, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), filled)


def _in_class(delimiter: str) -> str:
    return "\\t" if delimiter == "\t" else delimiter


def _fixed_width(contract: Contract, cells: Cells) -> LayOut:
    columns = []
    for f in sorted(contract.fields, key=lambda f: f.start or 0):
        filled = pc.utf8_slice_codeunits(pc.fill_null(cells[f.column], ""), 0, f.width)
        columns.append(pc.utf8_rpad(filled, f.width, " "))
    lines = pc.binary_join_element_wise(*columns, "")
    return lambda _, start, end: "".join(f"{line}\r\n" for line in lines.slice(start, end - start).to_pylist()).encode(contract.encoding, errors="replace")


def _json(contract: Contract, cells: Cells) -> LayOut:
    def lay_out(period: str, start: int, end: int) -> bytes:
        rows = []
        columns = [(f.path.split("."), _typed(f), cells[f.column].slice(start, end - start).to_pylist()) for f in contract.fields if f.path]
        for i in range(end - start):
            row: dict = {}
            for path, typed, values in columns:
                inside = row
                for step in path[:-1]:
                    inside = inside.setdefault(step, {})
                inside[path[-1]] = None if values[i] is None else typed(values[i])
            rows.append(json.dumps(row, ensure_ascii=False))
        body = ",\n".join(rows)
        return f'{{"dovr": "{period}", "say": {end - start}, "{contract.rows}": [\n{body}\n]}}\n'.encode(contract.encoding)

    return lay_out


def _typed(f: ContractField) -> Callable[[str], object]:
    if f.type == "boolean":
        return lambda text: text == "true"
    if f.type == "integer":
        return lambda text: int(text) if text.lstrip("-").isdigit() else text
    return lambda text: text


def _xml(contract: Contract, cells: Cells) -> LayOut:
    """Row elements nested under one element for each value of the columns that stand in the parent (`../@x`)."""
    row_tag = (contract.rows or "row").split("/")[-1]
    prefix = row_tag.split(":")[0] if ":" in row_tag else ""
    head = " ".join(f"xmlns:{p}={quoteattr(uri)}" for p, uri in contract.namespaces.items())
    outer = [f for f in contract.fields if (f.path or "").startswith("../")]
    inner = [f for f in contract.fields if f.path and not f.path.startswith("../")]
    parent = f"{prefix}:Nomayendelik" if prefix else "parent"

    def lay_out(period: str, start: int, end: int) -> bytes:
        values = {f.column: cells[f.column].slice(start, end - start).to_pylist() for f in contract.fields}
        lines = [
            f'<?xml version="1.0" encoding="{contract.encoding.upper()}"?>',
            f'<{prefix}:Hesabat {head} dovr="{period}">' if prefix else f'<root period="{period}">',
        ]
        opened: tuple | None = None
        for i in range(end - start):
            under = tuple(values[f.column][i] for f in outer)
            if under != opened:
                if opened is not None:
                    lines.append(f"</{parent}>")
                lines.append(f"<{parent}" + "".join(f" {(f.path or '')[4:]}={quoteattr(v or '')}" for f, v in zip(outer, under, strict=True)) + ">")
                opened = under
            tree: dict = {}
            for f in inner:
                value = values[f.column][i]
                if value is not None:
                    inside = tree
                    for step in (f.path or "").split("/")[:-1]:
                        inside = inside.setdefault(step, {})
                    inside[(f.path or "").split("/")[-1]] = (
                        value if (f.path or "").split("/")[-1].startswith("@") else {**inside.get((f.path or "").split("/")[-1], {}), "": value}
                    )
            lines.append(_element(row_tag, tree))
        if opened is not None:
            lines.append(f"</{parent}>")
        lines.append(f"</{prefix}:Hesabat>" if prefix else "</root>")
        return ("\n".join(lines) + "\n").encode(contract.encoding)

    return lay_out


def _element(tag: str, tree: dict) -> str:
    attributes = "".join(f" {k[1:]}={quoteattr(v)}" for k, v in tree.items() if k.startswith("@"))
    inside = escape(tree.get("", "")) + "".join(_element(k, v) for k, v in tree.items() if k and not k.startswith("@"))
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


_OPC, _OOX = "http://schemas.openxmlformats.org/package/2006", "http://schemas.openxmlformats.org/officeDocument/2006"
_MAIN, _SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKBOOK = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OPC}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_OPC}/relationships"><Relationship Id="rId1" '
        f'Type="{_OOX}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OOX}/relationships"><sheets><sheet name="{{sheet}}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_OPC}/relationships"><Relationship Id="rId1" '
        f'Type="{_OOX}/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _xlsx(contract: Contract, cells: Cells) -> LayOut:
    """A small workbook, written part by part: no clock and no library version in its bytes. Dates are serial numbers or text, as declared."""
    letters = [_column_letters(i) for i in range(len(contract.fields))]
    numeric = [f.date == "excel_serial" or f.type in ("integer", "number") for f in contract.fields]

    def lay_out(period: str, start: int, end: int) -> bytes:
        lines = [[f"{contract.name}, {period}"]] + [[""]] * max(contract.skip_rows - 1, 0) if contract.skip_rows else []
        columns = [cells[f.column].slice(start, end - start).to_pylist() for f in contract.fields]
        out: list[str] = []
        for line in [*lines, [f.column for f in contract.fields]]:
            out.append(_row(len(out) + 1, zip(letters, line, [False] * len(line), strict=False)))
        for i in range(end - start):
            out.append(_row(len(out) + 1, ((a, c[i], n) for a, c, n in zip(letters, columns, numeric, strict=True))))
        sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(out)}</sheetData></worksheet>'
        parts = {**{k: v.replace("{sheet}", escape(contract.sheet or "Sheet1")) for k, v in _WORKBOOK.items()}, "xl/worksheets/sheet1.xml": sheet}
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, text in parts.items():
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _XML_HEAD + text, zipfile.ZIP_DEFLATED, 6)
        return packed.getvalue()

    return lay_out


def _row(number: int, cells: Iterator[tuple[str, str | None, bool]]) -> str:
    inside = []
    for letter, value, numeric in cells:
        if value is None or value == "":
            continue
        if numeric and value.replace(".", "", 1).replace("-", "", 1).isdigit():
            inside.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
        else:
            inside.append(f'<c r="{letter}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>')
    return f'<row r="{number}">{"".join(inside)}</row>'


def _column_letters(i: int) -> str:
    """
    >>> _column_letters(0), _column_letters(27)
    ('A', 'AB')
    """
    return (_column_letters(i // 26 - 1) if i >= 26 else "") + chr(ord("A") + i % 26)


_LAYOUTS: dict[str, Callable[[Contract, Cells], LayOut]] = {"csv": _csv, "fixed_width": _fixed_width, "json": _json, "xml": _xml, "xlsx": _xlsx}
