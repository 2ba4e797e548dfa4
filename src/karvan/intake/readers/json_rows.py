"""JSON: one object a line (JSONL), a list, or a list under a key; nested objects by dotted paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.bytes_in import open_extract, utf8_blocks
from karvan.intake.plan import physical_columns
from karvan.intake.readers import Piece, cells_table

PIECE = 20_000


def rows(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of a JSON file. A line of a JSONL file that is no object becomes a row without cells, and is set aside."""
    wanted = physical_columns(contract)
    by_name = {f.column: f for f in contract.fields}
    each = next((p.each for p in contract.records if p.each), None)
    ways = [(by_name[c].path or c) if c in by_name else c for c in wanted]
    inner = [tuple(w.removeprefix(f"{each}.").split(".")) if each and w.startswith(f"{each}.") else None for w in ways]
    outer = [tuple(w.split(".")) if i is None else None for w, i in zip(ways, inner, strict=True)]
    lines, raws, row_nos, item_nos = [], [], [], []
    for number, (raw, row) in enumerate(objects(path, contract), start=1):
        values = [text_of(at(row, way)) if way else None for way in outer]
        members = at(row, tuple(each.split("."))) if each and row is not None else None
        if isinstance(members, list) and members:
            for item, member in enumerate(members, start=1):
                lines.append([text_of(at(member, way)) if way else value for way, value in zip(inner, values, strict=True)])
                raws.append(raw)
                row_nos.append(number)
                item_nos.append(item)
        else:
            lines.append(values)
            raws.append(raw)
            row_nos.append(number)
            item_nos.append(0 if row is not None else -1)
        if len(lines) >= PIECE:
            yield Piece("cells", cells_table(lines, columns=len(wanted), first=0, raws=raws, row_nos=row_nos, item_nos=item_nos))
            lines, raws, row_nos, item_nos = [], [], [], []
    if lines:
        yield Piece("cells", cells_table(lines, columns=len(wanted), first=0, raws=raws, row_nos=row_nos, item_nos=item_nos))


def objects(path: Path, contract: Contract) -> Iterator[tuple[str, dict | None]]:
    """The row objects with their text; None for a line that is no object."""
    decoder = json.JSONDecoder()
    with open_extract(path) as stream:
        if contract.format == "jsonl":
            for block in utf8_blocks(stream, encoding=contract.encoding, name=path.name):
                for line in block.decode().splitlines():
                    if line.strip():
                        try:
                            row = json.loads(line)
                        except (ValueError, RecursionError):
                            row = None
                        yield line, row if isinstance(row, dict) else None
            return
        yield from listed(utf8_blocks(stream, encoding=contract.encoding, name=path.name), decoder, contract, path)


def listed(blocks: Iterator[bytes], decoder: json.JSONDecoder, contract: Contract, path: Path) -> Iterator[tuple[str, dict | None]]:
    """Objects of the list under the key `rows` (or of a list at the top), one at a time, without holding the file."""
    text, place, started = "", 0, False
    key = contract.rows.split(".")[-1] if contract.rows else None
    opened = f'"{key}"' if key else None
    for block in blocks:
        text, place = text[place:] + block.decode(), 0
        if started and len(text) > (64 << 20):
            break
        if not started:
            at_key = text.find(opened) if opened else 0
            begin = text.find("[", at_key + len(opened or "")) if at_key >= 0 else -1
            if opened and at_key >= 0 and begin >= 0 and text[at_key + len(opened) : begin].strip() != ":":
                begin = -1
            if not opened and text.lstrip()[:1] != "[":
                raise DataError("The file is no list of objects.", where=path.name, fix="name the key that holds the list as `rows` in the contract")
            if begin < 0:
                if len(text) > (64 << 20):
                    break
                continue
            place, started = begin + 1, True
        while True:
            while place < len(text) and text[place] in " \t\r\n,":
                place += 1
            if place >= len(text):
                break
            if text[place] == "]":
                return
            try:
                row, end = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                break
            if end >= len(text) and not isinstance(row, dict):
                break
            yield text[place:end], row if isinstance(row, dict) else None
            place = end
    if not started:
        raise DataError(f"There is no list `{contract.rows or ''}` in the file.", where=path.name, fix="ask for the file as agreed, or change `rows` in the contract")
    raise DataError("The file ends in the middle of its list, or is not JSON from there on.", where=f"{path.name}, after row {text[:place].count(chr(10)):,}", fix="ask for the file again")


def at(row: Any, way: tuple[str, ...]) -> Any:
    for step in way:
        if isinstance(row, list):
            row = row[int(step)] if step.isdigit() and int(step) < len(row) else None
        elif isinstance(row, dict):
            row = row.get(step)
        else:
            return None
    return row


def text_of(value: Any) -> str | None:
    """A JSON value as text.

    >>> text_of(True), text_of(3.0), text_of(None), text_of({"a": 1})
    ('true', '3.0', None, '{"a": 1}')
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
