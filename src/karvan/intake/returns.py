"""What goes back to the agency: its failing rows with the reasons in its language, and how its deliveries have been."""

from __future__ import annotations

import csv
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from karvan.country import for_workspace
from karvan.errors import DataError, nearest
from karvan.intake.deliveries import delivery_of
from karvan.intake.reading import Reading, reason_text, set_pseudonym_key
from karvan.intake.step import held_reasons, ledger
from karvan.workspace import Workspace, new_connection

COLUMNS = ("file", "row_no", "reason", "field", "found", "expected", "raw")
HEADINGS = {
    "file": "File", "row_no": "Row", "reason": "What is wrong", "field": "Column", "found": "Found", "expected": "Expected", "raw": "The row as it came", "rows": "Rows",
    "received_on": "Received", "due_on": "Due", "days_late": "Days late", "rows_read": "Read", "rows_quarantined": "Set aside", "rows_duplicate": "Duplicates", "rows_held": "Held", "state": "State",
    "share_aside": "Share set aside", "period": "Period", "gates": "Gates not passed", "sheet.rows": "Rows to correct", "sheet.summary": "Most frequent first", "sheet.scorecard": "Deliveries",
    "state.accepted": "accepted", "state.held": "held", "state.superseded": "replaced", "state.unchanged": "unchanged",
}  # fmt: skip
SCORECARD = ("period", "file", "received_on", "due_on", "days_late", "state", "rows", "rows_read", "rows_quarantined", "rows_duplicate", "rows_held", "share_aside", "gates")


def list_quarantine(ws: Workspace, feed: str | None = None, *, delivery_id: str | None = None, limit: int | None = None, actor: str = "karvan") -> list[dict[str, Any]]:
    """Rows set aside, with their reasons and raw text. Opens the identity zone, and leaves a line in the audit log."""
    con = ws.connect(identity=f"list quarantine of {feed or delivery_id or 'every feed'}", actor=actor)
    try:
        found = con.execute(
            f"select * from quarantine where ($1 is null or feed = $1) and ($2 is null or delivery_id = $2) order by feed, file, row_no, reason, field {f'limit {int(limit)}' if limit else ''}",
            [feed, delivery_id],
        )
        names = [d[0] for d in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()


def held_rows(ws: Workspace, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Failing rows of a held delivery, read again from its file: its rows are in no table."""
    country = for_workspace(ws)
    contract = country.contracts[row["feed"]]
    path = ws.extracts / row["feed"] / row["file"]
    if not path.is_file():
        return []
    with tempfile.TemporaryDirectory(prefix="karvan-return-") as scratch:
        con = new_connection(memory="900MB", temp=Path(scratch))
        try:
            set_pseudonym_key(con, b"return file")
            reading = Reading(con, contract, country)
            reading.take(0, delivery_of(path, contract))
            reading.flush()
            if reading.counts[0].unreadable is not None:
                return []
            found = con.execute("select row_no, reason, field, found, expected, raw from (from problems union all from remarks) order by row_no, reason, field").fetchall()
            return [dict(zip(("row_no", "reason", "field", "found", "expected", "raw"), r, strict=True)) | {"file": row["file"], "delivery_id": row["delivery_id"], "feed": row["feed"]} for r in found]
        finally:
            con.close()


def scorecard(ws: Workspace, feed: str) -> list[dict[str, Any]]:
    """The deliveries of a feed over time: when due, when received, what became of their rows."""
    made = []
    for row in sorted(ledger(ws, feed), key=lambda r: (r["period_to_on"] or date(1, 1, 1), r["received_on"], r["file"])):
        late = (row["received_on"] - row["due_on"]).days if row["due_on"] else None
        aside = row["rows_quarantined"] + row["rows_held"]
        made.append(
            row | {
                "period": f"{row['period_from_on']} / {row['period_to_on']}" if row["period_from_on"] else None,
                "days_late": max(0, late) if late is not None else None,
                "share_aside": round(aside / row["rows"], 4) if row["rows"] else 0.0,
                "gates": "; ".join(f"{g['name']}{' ' + g['field'] if g['field'] else ''}: {g['found']} ({g['limit']})" for g in held_reasons(row)),
            }
        )
    return made


def return_file(ws: Workspace, feed: str, *, out: Path | str, lang: str | None = None, form: str | None = None, actor: str = "karvan") -> Path:
    """Write the return file of a feed: failing rows, reasons in words, most frequent first; and the scorecard.

    Parameters
    ----------
    out
        A file ending in `.xlsx` (three sheets) or `.csv` (UTF-8; summary and scorecard in files beside it), or a folder.
    lang
        Language of the words; the first of the pack if not given.
    form
        "csv" or "xlsx", where `out` is a folder.

    Cells that a spreadsheet would take for a formula are written as text, with an apostrophe before them.
    """
    country = for_workspace(ws)
    if feed not in country.contracts:
        raise DataError(f"There is no feed '{feed}'.", fix=nearest(feed, list(country.contracts)) or "see `karvan feed list`")
    lang = lang or (country.languages[0] if country.languages else "en")
    out = Path(out)
    if out.is_dir() or not out.suffix:
        out.mkdir(parents=True, exist_ok=True)
        out = out / f"{feed}.return.{form or 'xlsx'}"
    rows = list_quarantine(ws, feed, actor=actor)
    rows = [r for r in rows if r["reason"] != "declared_out_of_scope"]
    for held in (r for r in ledger(ws, feed) if r["state"] == "held"):
        rows += held_rows(ws, held)
    often: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["reason"], row["field"] or "")
        often[key] = often.get(key, 0) + 1
        first.setdefault(key, row)
    rows.sort(key=lambda r: (-often[(r["reason"], r["field"] or "")], r["reason"], r["field"] or "", r["file"], r["row_no"]))

    def words(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"reason": reason_text(country, row["reason"], lang)}

    def heading(name: str) -> str:
        key = f"intake.heading.{name}"
        return country.text(key, lang) if key in country.texts else HEADINGS[name]

    summary = [words(first[k]) | {"rows": n} for k, n in sorted(often.items(), key=lambda item: (-item[1], item[0]))]
    score = [r | {"state": heading(f"state.{r['state']}")} for r in scorecard(ws, feed)]
    tables = [
        ("sheet.rows", COLUMNS, [words(r) for r in rows]),
        ("sheet.summary", ("reason", "field", "rows", "expected", "file", "row_no"), summary),
        ("sheet.scorecard", SCORECARD, score),
    ]
    if out.suffix == ".xlsx":
        write_workbook(out, [(heading(name), [heading(c) for c in columns], [[r.get(c) for c in columns] for r in content]) for name, columns, content in tables])
    else:
        for (_, columns, content), path in zip(tables, (out, out.with_suffix(".summary.csv"), out.with_suffix(".scorecard.csv")), strict=True):
            with open(path, "w", encoding="utf-8-sig", newline="") as file:
                writer = csv.writer(file)
                writer.writerow([heading(c) for c in columns])
                writer.writerows([[harmless(r.get(c)) for c in columns] for r in content])
    return out


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless(-3), harmless("-3"), harmless("A1")
    ("'=HYPERLINK(1)", -3, "'-3", 'A1')
    """
    if (isinstance(value, str) and value.lstrip()[:1] in ("=", "+", "-", "@")) or (isinstance(value, str) and value[:1] in ("\t", "\r", "\n")):
        return "'" + value
    return value


def write_workbook(path: Path, sheets: list[tuple[str, list[str], list[list[Any]]]]) -> None:
    """A workbook whose text cells are text, whatever they look like."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name, headings, rows in sheets:
        sheet = book.add_worksheet("".join(c for c in name if c not in "[]:*?/\\")[:31])
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, text, bold)
            sheet.set_column(column, column, 60 if column == len(headings) - 1 else 22)
        for number, row in enumerate(rows[:1_048_575], start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, harmless(value)[:32_767])
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)    # type: ignore[arg-type]
                elif value is not None:
                    sheet.write_number(number, column, value)
    book.close()
