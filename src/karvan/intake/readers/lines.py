"""Rows of text files: delimited (CSV, TSV and kin) and fixed width, cut from UTF-8 blocks without a loop over rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

LINES = pa.schema([("row_no", pa.int64()), ("raw", pa.string_view())])
VIEW = np.dtype([("length", "<i4"), ("prefix", "<u4"), ("buffer", "<i4"), ("offset", "<i4")])    # Arrow's string view of a longer text
MOST_LINES_IN_A_ROW = 50
BLANKS = (b"\xc2\xa0", b"\xe1\x9a\x80", b"\xe2\x80", b"\xe2\x81\x9f", b"\xe3\x80\x80")    # first bytes, in UTF-8, of all blanks but the space


@dataclass(frozen=True)
class Lines:
    """Lines of one block: `row_no` (from 1, over all lines that are not empty) and `raw`, the line without its end.

    `marked` are the places of lines that hold a quotation mark, with their texts.
    """

    table: pa.Table
    marked: list[tuple[int, str]]
    spaced: bool = True


def lines_of(blocks: Iterator[bytes], *, quotes: bool, delimiter: str = "") -> Iterator[Lines]:
    """Cut blocks into lines.

    With `quotes`, a line end between quotation marks does not end the row (RFC 4180). A mark that is never closed does not
    swallow the file: that line stays by itself, and is later set aside. With `delimiter`, `spaced` says whether any cell may begin
    or end with a blank.
    """
    count = 0
    carried = b""
    for block in blocks:
        if carried:
            block, carried = carried + block, b""
        starts, ends = line_bounds(block)
        marks = None
        if quotes and b'"' in block:
            marks = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == 34)
            starts, ends, cut = join_quoted(marks, starts, ends)
            if cut is not None and len(block) - cut < (4 << 20):
                carried = block[cut:]
                keep = starts < cut
                starts, ends = starts[keep], ends[keep]
        yield replace(arrow_lines(block, starts, ends, count, marks), spaced=spaced(block, delimiter))
        count += len(starts)
    if carried:
        starts, ends = line_bounds(carried)
        marks = np.flatnonzero(np.frombuffer(carried, dtype=np.uint8) == 34)
        starts, ends, _ = join_quoted(marks, starts, ends)
        yield arrow_lines(carried, starts, ends, count, marks)


def spaced(block: bytes, delimiter: str) -> bool:
    """Whether a cell of a block may begin or end with a blank. Most files have none, and their cells need no trimming.

    >>> spaced(b"7;NEW YORK;x\\n", ";"), spaced(b"7;YORK ;x\\n", ";"), spaced(b"7;x\\r\\n ", ";")
    (False, True, True)
    """
    if len(delimiter) != 1 or b'"' in block:
        return True
    data = np.frombuffer(block, dtype=np.uint8)
    spaces = np.flatnonzero(data == 32)
    if len(spaces):
        beside = np.concatenate((data[np.maximum(spaces - 1, 0)], data[np.minimum(spaces + 1, len(data) - 1)]))
        if spaces[0] == 0 or spaces[-1] == len(data) - 1 or np.isin(beside, (10, 13, ord(delimiter))).any():
            return True
    return not block.isascii() and any(blank[:1] in block and blank in block for blank in BLANKS)


def line_bounds(block: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Begin and end of each line that is not empty; a carriage return before the line end is not part of it."""
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == 10)
    if len(block) and block[-1] != 10:
        ends = np.append(ends, len(block))
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    returns = (ends > starts) & (data[np.maximum(ends - 1, 0)] == 13)
    ends = ends - returns
    full = ends > starts
    return starts[full], ends[full]


def join_quoted(marks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, int | None]:
    """Join lines that one quoted field runs over; also gives where an open row at the end of the block begins."""
    odd = np.flatnonzero((np.searchsorted(marks, ends) - np.searchsorted(marks, starts)) % 2)
    drop: list[int] = []
    cut: int | None = None
    place = 0
    while place < len(odd):
        first = int(odd[place])
        after = int(odd[place + 1]) if place + 1 < len(odd) else None
        if after is not None and after - first < MOST_LINES_IN_A_ROW:
            ends[first] = ends[after]
            drop.extend(range(first + 1, after + 1))
            place += 2
        else:
            if after is None and len(starts) - first < MOST_LINES_IN_A_ROW:
                cut = int(starts[first])
            place += 1
    if drop:
        keep = np.ones(len(starts), dtype=bool)
        keep[drop] = False
        starts, ends = starts[keep], ends[keep]
    return starts, ends, cut


def arrow_lines(block: bytes, starts: np.ndarray, ends: np.ndarray, before: int, marks: np.ndarray | None) -> Lines:
    """Lines as views into the block: no text is copied."""
    count = len(starts)
    if count == 0:
        return Lines(LINES.empty_table(), [])
    lengths = ends - starts
    data = np.frombuffer(block + b"\0" * 12, dtype=np.uint8)
    views = np.zeros(count, dtype=VIEW)
    views["length"], views["offset"] = lengths, starts
    views["prefix"] = data[starts[:, None] + np.arange(4)].view("<u4").ravel()
    short = np.flatnonzero(lengths <= 12)    # the text of these stands in the view itself
    if len(short):
        inside = np.arange(12) < lengths[short][:, None]
        views.view(np.uint8).reshape(count, 16)[short, 4:] = np.where(inside, data[starts[short][:, None] + np.arange(12)], 0)
    array = pa.Array.from_buffers(pa.string_view(), count, [None, pa.py_buffer(views), pa.py_buffer(block)])
    table = pa.Table.from_arrays([pa.array(np.arange(before + 1, before + count + 1, dtype=np.int64)), array], schema=LINES)
    marked: list[tuple[int, str]] = []
    if marks is not None and len(marks):
        places = np.flatnonzero(np.searchsorted(marks, ends) > np.searchsorted(marks, starts))
        marked = [(int(p), block[starts[p] : ends[p]].decode()) for p in places]
    return Lines(table, marked)


def header_of(raw: str, delimiter: str) -> list[str]:
    """Names in a header line; the whole line where it is none."""
    try:
        return [name.strip() for name in next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [])]
    except csv.Error:
        return [raw]


def split_quoted(raws: list[str], delimiter: str) -> list[list[str] | None]:
    """Cells of lines with quotation marks; None where a mark is never closed or stands where none may."""
    cells: list[list[str] | None] = []
    for raw in raws:
        try:
            found = list(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter, strict=True))
            cells.append(found[0] if len(found) == 1 else None)
        except csv.Error:
            cells.append(None)
    return cells
