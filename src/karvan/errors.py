"""What can go wrong, said in three parts: what is wrong, where, and what to do.

One base class and a few kinds; each kind has its own exit code, so that a program calling `karvan` can tell them apart.
A message never carries a person's name, number or birth date: it names the file, the row and the field.
"""

from __future__ import annotations


class KarvanError(Exception):
    """Something a person can put right.

    Parameters
    ----------
    what
        What is wrong, with the number and the value, in one sentence.
    where
        File, line, row, column or rule. Empty when `what` already says it.
    fix
        What to do next, in the imperative.

    Examples
    --------
    >>> print(DataError("3 rows have no date.", where="crossings.csv, column `crossed_at`", fix="ask for the file again"))
    3 rows have no date.
    where: crossings.csv, column `crossed_at`
    do: ask for the file again
    """

    exit_code = 1
    kind = "error"

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(what)

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"where: {self.where}")
        if self.fix:
            lines.append(f"do: {self.fix}")
        return "\n".join(lines)


class DataError(KarvanError):
    """The data are not what their contract, table or rule says."""

    exit_code, kind = 3, "data"


class PackError(KarvanError):
    """A file of a country's pack is wrong: a contract, code list, indicator, rule or text."""

    exit_code, kind = 4, "pack"


class AccessError(KarvanError):
    """Someone asked for what they may not see or do."""

    exit_code, kind = 5, "access"


class SetupError(KarvanError):
    """The machine or the workspace is not ready: a missing part, a full disk, another version."""

    exit_code, kind = 6, "setup"


class BusyError(KarvanError):
    """Another run holds the workspace."""

    exit_code, kind = 7, "busy"


def nearest(word: str, known: list[str]) -> str:
    """The known word closest to `word` as a hint, or an empty string.

    >>> nearest("FLW-1", ["FLW-01", "STK-01"])
    "did you mean 'FLW-01'?"
    """
    from difflib import get_close_matches

    found = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean '{found[0]}'?" if found else ""
