"""Text files: delimited, or of fixed width."""

from __future__ import annotations

import csv
import io
from collections import Counter

from karvan.intake.draft.fixed_width import look_at_fixed
from karvan.intake.draft.seen import SAMPLE_ROWS, Look, headed, without_totals

MARKS = (";", "\t", "|", ",", "^", "~")


def look_at_text(text: str) -> Look:
    """A delimited file, with what stands above its header; or one whose lines have columns of a fixed width."""
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()][: SAMPLE_ROWS + 50]
    if not filled:
        return Look("csv")
    mark = delimiter_of(filled)
    look = look_at_fixed(filled) if mark is None else look_at_delimited(lines, mark)
    if "\r" in text and "\n" not in text:
        look.doubts.append("its lines end in a carriage return alone, and are not read so: ask for line ends of the usual kind")
    return look


def look_at_delimited(lines: list[str], mark: str) -> Look:
    rows = list(csv.reader(io.StringIO("\n".join(lines[: SAMPLE_ROWS + 200])), delimiter=mark))
    usual = Counter(len(r) for r in rows[:500] if len(r) > 1).most_common(1)[0][0]
    first = next((i for i, r in enumerate(rows) if len(r) >= usual and sum(bool(c.strip()) for c in r) > usual / 2), 0)
    look = Look("csv", delimiter=mark, skip_rows=first, words=[c for r in rows[:first] for c in r if c.strip()])
    if first:
        look.doubts.append(f"{first} lines above the header look like a title; they are skipped (`skip_rows`)")
    header, body = rows[first], [r for r in rows[first + 1 :] if any(c.strip() for c in r)]
    if looks_like_data(header, body):
        look.header, body = False, [header, *body]
        header = [f"c{i + 1}" for i in range(len(header))]
        look.doubts.append("the first line looks like data, so the file has no header: columns are called c1, c2, ...; ask what they are")
    headed(header, without_totals(header, body, look), look)
    return look


def delimiter_of(lines: list[str]) -> str | None:
    """The mark that divides cells: the one that most lines have, equally often; None if no mark does.

    >>> delimiter_of(["a;b,c", "1;2", "3;4,5"]), delimiter_of(["0001SMITH   ", "0002JONES   "])
    (';', None)
    """
    best, most = None, 0.0
    for mark in MARKS:
        counts = Counter(line.count(mark) for line in lines[:300])
        counts.pop(0, None)
        if counts:
            times, agreeing = max(counts.items(), key=lambda c: (c[1], c[0]))
            share = agreeing / len(lines[:300])
            if share >= 0.6 and share * times**0.5 > most:
                best, most = mark, share * times**0.5
    return best


def looks_like_data(header: list[str], body: list[list[str]]) -> bool:
    """Whether the first line is a row like the others: it holds numbers or days where they do, and nothing is called so."""
    digits = [i for i, c in enumerate(header) if c.strip() and sum(ch.isdigit() for ch in c) >= 0.5 * len(c.strip()) and len(c.strip()) > 1]
    same = [i for i in digits if body and i < len(body[0]) and any(ch.isdigit() for ch in body[0][i])]
    return len(same) >= max(1, 0.2 * len(header))
