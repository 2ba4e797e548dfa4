"""Letters that a file's character set does not have."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pyarrow.compute as pc

from karvan.synth.sheet import Sheet


def writable(sheet: Sheet, settings: dict[str, Any]) -> None:
    """Letters that the file's character set does not have are typed without their marks."""
    encoding = sheet.contract.encoding
    if encoding.lower().startswith("utf"):
        return
    letters = settings.get("no_letter") or {}

    def typed(text: str) -> str:
        try:
            text.encode(encoding)
            return text
        except UnicodeEncodeError:
            return "".join(c if _fits(c, encoding) else letters.get(c) or _bare(c, encoding) for c in text)

    for f in sheet.contract.fields:
        strange = pc.match_substring_regex(pc.fill_null(sheet.columns[f.column], ""), "[^ -~]")
        rows = np.flatnonzero(strange.to_numpy(zero_copy_only=False))
        if len(rows):
            sheet.change(f.column, rows, typed)


def _fits(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
        return True
    except UnicodeEncodeError:
        return False


def _bare(letter: str, encoding: str) -> str:
    kept = "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c) and _fits(c, encoding))
    return kept or "?"
