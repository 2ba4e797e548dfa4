"""Workbooks and Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from karvan.errors import DataError
from karvan.intake.draft.seen import SAMPLE_ROWS, Column, Look, headed, without_totals


def look_at_workbook(path: Path) -> Look:
    """The sheet with the most cells: titles above its header, a header of one or two rows, rows of totals at its end."""
    import io

    from python_calamine import CalamineError, CalamineWorkbook

    from karvan.intake.bytes_in import open_extract
    from karvan.intake.readers.spreadsheet import cell_text, check_packing

    check_packing(path)
    try:
        with open_extract(path) as stream:
            book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        name = max(sheets, key=lambda n: sheets[n].height * sheets[n].width)
        content = sheets[name].to_python(skip_empty_area=False)
        merged = sheets[name].merged_cell_ranges or []
    except (CalamineError, ValueError, OSError) as wrong:
        raise DataError(f"This is no workbook that can be read: {wrong}", where=path.name, fix="ask for the file again, as .xlsx") from None
    rows = [[cell_text(c) or "" for c in row] for row in content]
    first = title_rows(content)
    look = Look("xlsx", sheet=name)
    if len(sheets) > 1:
        look.doubts.append(f"the workbook has {len(sheets)} sheets; `sheet` is the largest, '{name}' (others: {', '.join(n for n in list(sheets)[:8] if n != name)})")
    if first and any(begin[0] == first - 1 and end[1] - begin[1] + 1 < len(rows[first]) for begin, end in merged):
        first -= 1    # cells merged over a part of the width are a first row of headings, no title
    look.skip_rows, look.words = first, [name, *(c for row in rows[:first] for c in row if c)]
    if first:
        look.doubts.append(f"{first} rows above the header look like a title; they are skipped (`skip_rows`)")
    header, body = rows[first] if first < len(rows) else [], rows[first + 1 :]
    if is_second_header(header, body, merged, first):
        two_headers(header, body[0], body[1:], merged, first, look)
    else:
        headed(header, without_totals(header, [r for r in body if any(c.strip() for c in r)], look), look)
    for column in look.columns:
        column.values = column.values[:SAMPLE_ROWS]
    if any(begin[0] > first + 1 and end[0] > begin[0] for begin, end in merged):
        look.doubts.append("cells are merged over several rows; only the first of these rows holds the value, so ask for the sheet without merged cells")
    return look


def title_rows(content: list[list[Any]]) -> int:
    """Rows before the header: those that fill less than half as many cells as the widest of the first fifty rows.

    >>> title_rows([["Permits of March", "", ""], ["", "", ""], ["No", "Born", "Sex"], ["1", "1990", "f"]])
    2
    """
    filled = [sum(c not in ("", None) for c in row) for row in content[:50]]
    most = max(filled, default=0)
    return next((i for i, n in enumerate(filled) if 2 * n >= most), 0) if most else 0


def is_second_header(header: list[str], body: list[list[str]], merged: list[Any], row: int) -> bool:
    """Whether the row below the first heading is one of headings too: a group above is merged over several columns, or leaves gaps that words fill."""
    if len(body) < 2:
        return False
    below = body[0]
    across = any(begin[0] == row and end[1] > begin[1] for begin, end in merged)
    gaps = [i for i, c in enumerate(below) if c and not (header[i] if i < len(header) else "")]
    words = not any(ch.isdigit() for c in below for ch in c)
    numbers_follow = any(ch.isdigit() for c in body[1] for ch in c)
    return words and numbers_follow and (across or bool(gaps))


def two_headers(upper: list[str], lower: list[str], body: list[list[str]], merged: list[Any], row: int, look: Look) -> None:
    """Columns by the lower row of headings where it names every column once; else by their place."""
    joined = two_rows(upper, lower, merged, row)
    body = without_totals([own or group for group, own in joined], [r for r in body if any(r)], look)
    whole = all(lower) and len(set(lower)) == len(joined)
    look.skip_rows, look.header, look.count = row + (1 if whole else 2), whole, len(body)
    look.doubts.append("the header has two rows: " + ("columns are called as in the lower" if whole else "columns are known by their place (c1, c2, ...), with both headings as their description; ask for a header of one row"))
    for i, (group, own) in enumerate(joined):
        values = [r[i].strip() if i < len(r) else "" for r in body]
        look.columns.append(Column(own or group, values, kept=own if whole else f"c{i + 1}", above=[group] if own and group else []))


def two_rows(upper: list[str], lower: list[str], merged: list[Any], row: int) -> list[tuple[str, str]]:
    """Each column's headings in two rows: the one above it, which may reach over several, and its own.

    >>> two_rows(["No", "Person", "", "Decision"], ["", "Surname", "Born", "Day"], [((0, 1), (0, 2))], 0)
    [('No', ''), ('Person', 'Surname'), ('Person', 'Born'), ('Decision', 'Day')]
    """
    groups, spans = list(upper), {begin[1]: end[1] for begin, end in merged if begin[0] == row}
    for i, last in spans.items():
        groups[i : last + 1] = [upper[i]] * (min(last, len(groups) - 1) - i + 1)
    if not spans:    # without merged cells a group reaches to the next
        for i in range(1, len(groups)):
            groups[i] = groups[i] or (groups[i - 1] if i < len(lower) and lower[i] else "")
    size = max(len(groups), len(lower))
    return [(groups[i] if i < len(groups) else "", lower[i] if i < len(lower) else "") for i in range(size)]


def look_at_parquet(path: Path) -> Look:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from karvan.intake.readers.columnar import as_text

    try:
        file = pq.ParquetFile(path)
        table = next((pa.Table.from_batches([b]) for b in file.iter_batches(batch_size=SAMPLE_ROWS)), file.schema_arrow.empty_table())
    except (pa.ArrowInvalid, OSError) as wrong:
        raise DataError(f"This is no Parquet file that can be read: {str(wrong).split(': ')[0]}.", where=path.name, fix="ask for the file again") from None
    look = Look("parquet", count=table.num_rows)
    look.columns = [Column(n, [v or "" for v in as_text(table[n]).to_pylist()]) for n in table.column_names]
    return look
