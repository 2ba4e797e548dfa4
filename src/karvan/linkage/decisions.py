"""What people decided about pairs of records: kept for ever, line by line, and what of it holds.

Decisions stand in `identity/decisions.jsonl` of the workspace, each with who, when and why; nothing is ever taken out of it. They name records,
whose ids do not change with redeliveries, so they hold in every later run and outrank every score. Linking reads the file; deciding
needs no lock on the workspace, so that reviewers can work while a run is going on.

What holds where people contradict each other (`standing`):

1. Of each person only the latest answer on a pair counts; `skip` counts for nothing, and so takes an earlier answer of the same person back.
2. If a senior reviewer answered, the latest answer of a senior holds.
3. Otherwise more than half of those who said `same` or `different` must agree; a tie is `unsure`.

A pair that got both answers is reported as contradicting, whichever holds.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import DataError, nearest
from karvan.workspace import audit

if TYPE_CHECKING:
    from karvan.workspace import Workspace

ANSWERS = ("same", "different", "unsure", "skip")
LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Decision:
    """One answer of one person: are the records of one side and those of the other of one person?

    A reviewer answers on one record a side; an event that is undone speaks of all records of two persons. `senior`: the answer outranks those of
    others. `undoes` names the event that it takes back.
    """

    id: str
    at: str
    who: str
    answer: str
    records_a: tuple[str, ...]
    records_b: tuple[str, ...]
    reason: str = ""
    senior: bool = False
    undoes: str = ""

    @property
    def pair(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Both sides, in an order of their own: who names which record first does not matter."""
        one, other = sorted((tuple(sorted(self.records_a)), tuple(sorted(self.records_b))))
        return one, other


@dataclass(frozen=True)
class Standing:
    """What holds for a pair: the answer, the rule that chose it, the decisions it rests on, and whether people contradict each other."""

    records_a: tuple[str, ...]
    records_b: tuple[str, ...]
    answer: str
    rule: str
    at: str
    contradicting: bool
    decisions: tuple[str, ...] = field(default=())


def decisions_file(ws: Workspace) -> Path:
    return ws.root / "identity" / "decisions.jsonl"


def decisions(ws: Workspace) -> list[Decision]:
    """All decisions, oldest first. Raises DataError where a line of the file is no decision."""
    path = decisions_file(ws)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], start=1):
        try:
            said = json.loads(line)
            found.append(Decision(**said | {side: tuple(said[side]) for side in ("records_a", "records_b")}))
        except (ValueError, TypeError, KeyError):
            raise DataError("A line of the decisions is damaged; nothing was linked.", where=f"{path}, line {number}", fix="put the line right from a backup; the file only ever grows") from None
    return found


def decide(
    ws: Workspace, record_a: str | Sequence[str], record_b: str | Sequence[str], answer: str, *, who: str, at: datetime, reason: str = "", senior: bool = False, undoes: str = "",
) -> Decision:  # fmt: skip
    """Keep a person's answer on two records; it holds from the next run of `karvan link run` on.

    Parameters
    ----------
    record_a, record_b
        The two records; or several records a side, that all speak of the person of that side.
    answer
        `same`, `different` (never these two, until someone answers otherwise), `unsure`, or `skip` (kept only so that this person is not asked again).
    who, at, reason
        Who answers, when, and why. The reason is kept in the identity zone and shown to reviewers only.
    senior
        The answer outranks those of people who are not senior.

    Raises
    ------
    DataError
        A record is unknown, both sides are the same, the answer is none of the four, or nobody is named.

    Examples
    --------
    ::

        decide(ws, "r12", "r77", "different", who="ssc", at=datetime(2026, 5, 4, 9, 30), reason="two brothers: the given names are two names")
    """
    sides = [(record,) if isinstance(record, str) else tuple(sorted(set(record))) for record in (record_a, record_b)]
    if answer not in ANSWERS:
        raise DataError(f"There is no answer '{answer}'.", fix=nearest(answer, list(ANSWERS)) or f"answer {', '.join(ANSWERS)}")
    if not who.strip():
        raise DataError("A decision needs the one who decides.", fix="name them")
    if not all(sides) or set(sides[0]) & set(sides[1]):
        raise DataError("A decision needs two different records.", fix="name one record of each side")
    check_known(ws, [*sides[0], *sides[1]])
    path = decisions_file(ws)
    with open(path, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        number = sum(1 for _ in file) + 1
        made = Decision(f"D{number:06d}", at.isoformat(timespec="seconds"), who.strip(), answer, sides[0], sides[1], reason.strip()[:LONGEST_REASON], senior, undoes)
        file.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
        audit.append(ws.audit_log, actor=made.who, act="decide", subject=f"{made.id}: {answer}", purpose="review of links")
    return made


def check_known(ws: Workspace, records: Sequence[str]) -> None:
    """Raise DataError unless every record is linked to a person."""
    con = ws.connect()
    try:
        known = {record for (record,) in con.execute("select record_id from links where record_id in (select unnest(?))", [list(records)]).fetchall()}
    finally:
        con.close()
    unknown = sorted(set(records) - known)
    if unknown:
        raise DataError(f"No linked record has the id {unknown[0][:40]!r}.", where="links", fix="take the ids from `karvan link review`")


def standing(said: Iterable[Decision]) -> list[Standing]:
    """What holds of each pair that was decided, in the order of the pairs.

    >>> one = Decision("D1", "2026-05-04T09:00:00", "a", "same", ("r1",), ("r2",))
    >>> two = Decision("D2", "2026-05-04T10:00:00", "b", "different", ("r2",), ("r1",))
    >>> [(s.answer, s.rule, s.contradicting) for s in standing([one, two])]
    [('unsure', 'tie', True)]
    >>> [(s.answer, s.rule) for s in standing([one, two, Decision("D3", "2026-05-05T09:00:00", "c", "different", ("r1",), ("r2",))])]
    [('different', 'majority')]
    """
    by_pair: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, Decision]] = {}
    for one in said:
        answers = by_pair.setdefault(one.pair, {})
        answers.pop(one.who, None)
        if one.answer != "skip":
            answers[one.who] = one
    return [holds(pair, list(answers.values())) for pair, answers in sorted(by_pair.items()) if answers]


def holds(pair: tuple[tuple[str, ...], tuple[str, ...]], answers: list[Decision]) -> Standing:
    """The answer that holds among the latest answers of several people on one pair."""
    seniors = [one for one in answers if one.senior]
    counted = [one for one in answers if one.answer in ("same", "different")]
    for_same = sum(one.answer == "same" for one in counted)
    if seniors:
        answer, rule = max(seniors, key=lambda one: (one.at, one.id)).answer, "senior"
    elif len({one.answer for one in answers}) == 1:
        answer, rule = answers[0].answer, "one answer"
    elif 2 * for_same != len(counted):
        answer, rule = "same" if 2 * for_same > len(counted) else "different", "majority"
    else:
        answer, rule = "unsure", "tie"
    return Standing(*pair, answer, rule, max(one.at for one in answers), 0 < for_same < len(counted), tuple(one.id for one in answers))
