"""Checking code lists: readable, a code in each line, and no code with two meanings at once."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from karvan.country.code_list import CodeList, read_code_list
from karvan.country.mistakes import Mistake, Reader
from karvan.country.pack import Pack


def check_code_lists(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> dict[str, CodeList]:
    found: dict[str, CodeList] = {}
    for path in pack.files("code_lists", ".csv", ".yaml"):
        before = len(mistakes)
        if path.suffix == ".csv":
            _check_csv(path, mistakes)
        else:
            Reader(path, mistakes)
        found[path.stem] = CodeList(path.stem, ())    # it is there, whatever is wrong in it
        if len(mistakes) == before:
            try:
                found[path.stem] = read_code_list(path)
            except (KeyError, ValueError, TypeError, AttributeError) as wrong:
                mistakes.append(Mistake(path, 1, f"The list cannot be read: {wrong}.", "give each code `code:` and its dates as YYYY-MM-DD"))
    return found


def _check_csv(path: Path, mistakes: list[Mistake]) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        mistakes.append(Mistake(path, 1, "The file is not UTF-8.", "save it as UTF-8"))
        return
    numbered = [(number, line) for number, line in enumerate(text, start=1) if not line.startswith("#")]
    rows = csv.reader([line for _, line in numbered])
    header = next(rows, [])
    if "code" not in header:
        divided = next((mark for mark in (";", "\t", "|") if mark in "".join(header)), None)
        fix = f"divide the columns by commas, not by {divided!r}" if divided else "name the columns in the first line: code,name_en,valid_from,valid_to,maps_to"
        mistakes.append(Mistake(path, numbered[0][0] if numbered else 1, "The list has no column `code`.", fix))
        return
    validity: dict[str, list[tuple[date, date]]] = {}
    for (number, _), row in zip(numbered[1:], rows, strict=False):
        if len(row) != len(header):
            mistakes.append(Mistake(path, number, f"The line has {len(row)} values, the header {len(header)}.", "put a value with a comma in quotes"))
            continue
        entry = dict(zip(header, row, strict=True))
        if not entry["code"]:
            mistakes.append(Mistake(path, number, "The code is empty.", "give it a code, or take the line out"))
        try:
            first = date.fromisoformat(entry.get("valid_from") or "0001-01-01")
            last = date.fromisoformat(entry.get("valid_to") or "9999-12-31")
        except ValueError:
            mistakes.append(Mistake(path, number, "valid_from or valid_to is no day.", "write it as YYYY-MM-DD"))
            continue
        if first > last:
            mistakes.append(Mistake(path, number, f"The code '{entry['code']}' ends before it begins.", "mend valid_from or valid_to"))
        if any(first <= b and a <= last for a, b in validity.get(entry["code"], [])):
            mistakes.append(Mistake(path, number, f"The code '{entry['code']}' has two meanings at once.", "end the first with valid_to, or take one out"))
        validity.setdefault(entry["code"], []).append((first, last))
