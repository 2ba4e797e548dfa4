"""Files of fixed width: where one column ends and the next begins is seen only from what the lines have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from karvan.intake.draft.countries import three_letters
from karvan.intake.draft.seen import SAMPLE_ROWS, Column, Look

ALL = 0.98     # a share that allows for a few damaged lines


def look_at_fixed(lines: list[str]) -> Look:
    """Columns of lines of one width, from blanks, changes of letters and digits, and days and codes of a known shape."""
    look = Look("fixed_width")
    usual = Counter(len(line) for line in lines).most_common(1)[0][0]
    trimmed = sum(len(line) == usual for line in lines) < 0.9 * len(lines)
    width = max(len(line) for line in lines) if trimmed else usual
    body = lines[:SAMPLE_ROWS]
    if len(body) > 3 and is_heading(body[0], body[1:]):
        look.skip_rows, look.words, body = 1, [body[0]], body[1:]
        look.doubts.append("the first line looks like a header; it is skipped (`skip_rows`)")
    strange = [line for line in body if not trimmed and len(line) != usual]
    if strange:
        look.remarks.append(f"{len(strange)} of {len(body)} lines have another width than {usual}, such as a last line with a count; they will be set aside")
    body = [line.ljust(width) for line in body if trimmed or len(line) == usual]
    starts = borders(body)
    ends = [*starts[1:], width]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        values = [line[start:end].strip() for line in body]
        if any(values):
            look.columns.append(Column(f"column_{number}", values, start=start + 1, width=end - start))
    look.count = len(body)
    look.doubts.append("where columns begin (`start`, `width`) is seen from blanks, changes of letters and digits, days and codes: compare with the agency's layout, and name the columns by it")
    return look


def is_heading(first: str, others: list[str]) -> bool:
    return not any(c.isdigit() for c in first) and sum(any(c.isdigit() for c in line) for line in others[:100]) > 0.9 * len(others[:100])


def borders(lines: list[str]) -> list[int]:
    """Where columns begin, from 0.

    >>> borders(["00119800501MSMITH   TUR", "00219911230FLI      CHN", "00319750203MOKAFOR  NGA"])
    [0, 3, 11, 20]
    """
    width = len(lines[0])
    kinds = ["".join(kind(line[i]) for line in lines) for i in range(width)]
    share = [{k: places.count(k) / len(lines) for k in "A9 ."} for places in kinds]
    starts = {0}
    for i in range(1, width):
        before, here = share[i - 1], share[i]
        filled = 1 - here[" "]
        after_blank = before[" "] > ALL and filled > 0.02                       # the place before is blank in every line
        word_begins = before[" "] >= 0.25 and filled > ALL and here[" "] < 0.02  # a word may have ended there, here one always begins
        changes = (before["9"] > ALL and here["A"] > 0.5 and here["9"] < 0.02) or (before["A"] > ALL and here["9"] > ALL) or (before["9"] > ALL and here["A"] > ALL)
        padded = before["A"] + before[" "] > ALL and before[" "] > 0.02 and here["9"] > ALL
        if after_blank or word_begins or changes or padded:
            starts.add(i)
    starts |= {i + 1 for i in sorted(starts) if len(lines) >= 30 and i + 1 < width and share[i]["A"] > ALL and few(lines, i) <= 3 and few(lines, i + 1) >= 5}
    for fits, size, within in ((is_day, 8, "9"), (is_code, 3, "A")):
        starts |= windows(lines, sorted(starts), width, fits, size, share, within)
    return sorted(starts)


def few(lines: list[str], place: int) -> int:
    """How many letters stand at a place: a code of one letter has few, the first letter of a name many."""
    return len({line[place] for line in lines})


def kind(char: str) -> str:
    return " " if char.isspace() else "9" if char.isdigit() else "A" if char.isalpha() else "."


def windows(lines: list[str], starts: list[int], width: int, fits: Callable[[str], bool], size: int, share: list[dict[str, float]], within: str) -> set[int]:
    """Borders around stretches of a known shape inside columns that are wider than the shape."""
    found: set[int] = set()
    ends = [*starts[1:], width]
    for start, end in zip(starts, ends, strict=True):
        place = start
        while place + size <= end and end - start > size:
            inside = [line[place : place + size] for line in lines]
            filled = [text for text in inside if text.strip()]
            whole = all(share[i][within] + share[i][" "] > ALL for i in range(place, place + size))
            if whole and len(filled) >= 0.05 * len(lines) and all(text.strip() == "" or len(text.strip()) == size for text in inside) and sum(map(fits, filled)) > ALL * len(filled):
                found |= {place} | ({place + size} if place + size < width else set())
                place += size
            else:
                place += 1
    return found


def is_day(text: str) -> bool:
    """A day as yyyymmdd or ddmmyyyy, in years that people live in; unknown day and month may be 00.

    >>> is_day("19800501"), is_day("01051980"), is_day("19800000"), is_day("98001234")
    (True, True, True, False)
    """
    both = (text[:4], text[4:6], text[6:]), (text[4:], text[2:4], text[:2])
    return text.isdigit() and any(re.fullmatch(r"(19|20)\d\d", year) and month <= "12" and day <= "31" for year, month, day in both)


def is_code(text: str) -> bool:
    return text in three_letters()
