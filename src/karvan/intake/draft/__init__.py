"""A first contract for a file that nobody has described: what can be seen is written down, what a person must decide is marked.

A draft guesses; that is why it says how sure it is of each guess and ends in comments, never in a table. Reading by a contract guesses nothing.
"""

from __future__ import annotations

from pathlib import Path

from karvan.country import Country
from karvan.errors import DataError, SetupError
from karvan.intake.bytes_in import inner_name, open_extract
from karvan.intake.draft.encoding import encoding_of
from karvan.intake.draft.kinds import profile, settle_order
from karvan.intake.draft.meaning import meanings
from karvan.intake.draft.nested import look_at_json, look_at_xml
from karvan.intake.draft.record_type import kind_of
from karvan.intake.draft.seen import SAMPLE_BYTES, Look
from karvan.intake.draft.tabular import look_at_parquet, look_at_workbook
from karvan.intake.draft.text import look_at_text
from karvan.intake.draft.writing import written


def draft(path: Path | str, *, feed: str, institution: str = "TODO", country: Country | None = None) -> str:
    """A commented contract (YAML) for a file: format, encoding, delimiter, forms of dates, likely fields, codes seen.

    Headings are compared with the field's terms in many languages and with the packs' own (`intake.hint.<column>`); values speak where
    headings do not. Raises SetupError if there is no such file, DataError if nothing can be made of it.
    """
    path = Path(path)
    if not path.is_file():
        raise SetupError("There is no such file.", where=str(path), fix="check the path")
    look = look_at(path)
    if not look.columns or not look.count:
        raise DataError("No rows can be seen in this file.", where=path.name, fix="try a file with some rows")
    for column in look.columns:
        profile(column, look)
    settle_order(look)
    taken = meanings(look, country)
    return written(look, path, feed, institution, taken, kind_of(look, taken, f"{inner_name(path).rsplit('.', 1)[0]} {feed}"))


def look_at(path: Path) -> Look:
    """The form of a file and its columns, from its first megabytes."""
    with open_extract(path) as stream:
        begin = stream.read(SAMPLE_BYTES)
    if begin[:4] == b"PAR1":
        return look_at_parquet(path)
    if begin[:2] == b"PK":
        return look_at_workbook(path)
    encoding, remark = encoding_of(begin)
    if b"\0" in begin[:4096] and not encoding.startswith("utf-16"):
        raise DataError("This is no text, workbook, XML, JSON or Parquet file.", where=path.name, fix="ask for the file in one of these forms; an encrypted or old .xls file must be saved anew")
    text = begin.decode(encoding, errors="ignore")
    if len(begin) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1] or text
    first = text.lstrip("\ufeff \t\r\n")[:1]
    look = look_at_xml(begin, path) if first == "<" else look_at_json(text, path) if first in ("{", "[") else look_at_text(text)
    look.encoding = encoding
    if remark:
        look.doubts.append(remark)
    return look
