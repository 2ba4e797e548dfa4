"""Which pair comes next: the queue of a reviewer, narrowed by citizenship, script, key and reason; the pairs of the sample; the pairs of one record."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from karvan.linkage import REVIEWERS, Candidate, Decision, Group, decisions, group_of_pair, groups_of_pairs, review_queue, sample_of, standing
from karvan.workspace import Workspace
from karvan_portal import source

EVERY = 1_000_000  # the queue whole
AHEAD = 25  # pairs kept ready in the session, so that the next one needs no queue
SHORTEST_ID = 4  # letters of a record's id before it is looked for
SORTS = ("use", "uncertain", "high", "low")


@dataclass(frozen=True)
class Choice:
    """What a reviewer works on."""

    citizenship: str = ""
    script: str = ""
    block: str = ""
    why: str = ""
    sort: str = "use"
    work: str = ""  # sample: the pairs of the newest sample; skipped: what this reviewer passed over; record: every pair of one record
    record: str = ""  # the beginning of a record's id


@dataclass(frozen=True)
class Waiting:
    """One pair of the queue."""

    candidate: Candidate
    group: Group
    block: str

    @property
    def distance(self) -> float:
        """How far from even odds, in bits."""
        return abs(self.candidate.match_weight or 0.0)


def pairs(reviewer: str, work: str = "", record: str = "") -> list[Waiting]:
    """Pairs of a kind of work, the next first.

    A sample comes in the order of its lot and says nothing of probabilities; a record has all its pairs, answered or not.
    """
    ws = source.workspace()
    known = places(ws)
    if work == "sample":
        done = closed_to(ws, reviewer)
        found = [
            Candidate(p.record_a, p.record_b, "", "", None, None, {}, "", None, 0, "sample") for p in sample_of(ws) if (p.record_a, p.record_b) not in done
        ]
    elif work == "record":
        found = [c for pair, c in known.candidates.items() if any(one.startswith(record) for one in pair)] if len(record) >= SHORTEST_ID else []
    elif work == "skipped":
        found = [c for pair in skipped_by(ws, reviewer) if (c := known.candidates.get(pair))]
    else:
        found = list(_queue(str(ws.root), ws.head().number, len(decisions(ws)), reviewer))
    return [Waiting(c, known.group(c.record_a, c.record_b), known.blocks.get((c.record_a, c.record_b), "")) for c in found]


@lru_cache(maxsize=16)
def _queue(root: str, _commit: int, _decisions: int, reviewer: str) -> tuple[Candidate, ...]:
    """The queue whole: the same as long as neither the links nor the decisions change."""
    return tuple(review_queue(Workspace.open(root), reviewer=reviewer, limit=EVERY))


def narrowed(every: list[Waiting], choice: Choice) -> list[Waiting]:
    """What of the queue a choice keeps, in its order."""
    kept = [
        w
        for w in every
        if choice.citizenship in ("", w.group.citizenship)
        and (not choice.script or choice.script in w.group.script.split("+"))
        and choice.block in ("", w.block)
        and choice.why in ("", w.candidate.why)
    ]
    keys: dict[str, Any] = {
        "uncertain": lambda w: w.distance,
        "high": lambda w: -(w.candidate.probability or 0.0),
        "low": lambda w: w.candidate.probability or 0.0,
    }
    return kept if choice.work in ("sample", "record") or choice.sort == "use" else sorted(kept, key=keys[choice.sort])


def options(waiting: list[Waiting]) -> dict[str, list[tuple[str, int]]]:
    """What the queue can be narrowed to, with the pairs of each."""
    scripts = Counter(script for w in waiting for script in w.group.script.split("+"))
    return {
        "citizenship": Counter(w.group.citizenship for w in waiting).most_common(),
        "script": scripts.most_common(),
        "block": Counter(w.block for w in waiting if w.block).most_common(),
        "why": Counter(w.candidate.why for w in waiting).most_common(),
    }


def skipped_by(ws: Workspace, who: str) -> list[tuple[str, str]]:
    latest = {one.pair: one.answer for one in decisions(ws) if one.who == who}
    return [(a[0], b[0]) for (a, b), answer in latest.items() if answer == "skip" and len(a) == len(b) == 1]


def contradictions(ws: Workspace) -> list[dict[str, Any]]:
    """Pairs on which people contradict each other and that no senior settled, with each answer, newest first."""
    said = {one.id: one for one in decisions(ws)}
    return [
        {"record_a": one.records_a[0], "record_b": one.records_b[0], "at": one.at, "answers": [said[d] for d in one.decisions]}
        for one in sorted(standing(said.values()), key=lambda s: s.at, reverse=True)
        if one.contradicting and one.rule != "senior" and len(one.records_a) == len(one.records_b) == 1
    ]


@dataclass(frozen=True)
class Places:
    """Where the pairs of one commit belong. `blocks`: the key that found each; `candidates`: each as the queue shows it."""

    groups: dict[str, Group]
    blocks: dict[tuple[str, str], str]
    candidates: dict[tuple[str, str], Candidate]

    def group(self, record_a: str, record_b: str) -> Group:
        nobody = Group("unknown", "unknown")
        return group_of_pair(self.groups.get(record_a, nobody), self.groups.get(record_b, nobody))


def places(ws: Workspace) -> Places:
    return _places(str(ws.root), ws.head().number)


@lru_cache(maxsize=2)
def _places(root: str, _commit: int) -> Places:
    rows = source.rows(
        "select record_a, record_b, person_a, person_b, probability, match_weight, outcome, reason, block from link_pairs"
        " order by probability desc, record_a, record_b"
    )
    blocks = {(r["record_a"], r["record_b"]): r.pop("block") for r in rows}
    candidates = {(r["record_a"], r["record_b"]): Candidate(**r, levels={}, answers=0, why="skipped") for r in rows}
    return Places(groups_of_pairs(Workspace.open(root), actor="portal"), blocks, candidates)


def count_open(reviewer: str) -> int:
    """How many pairs wait for a reviewer."""
    ws = source.workspace()
    return len(_queue(str(ws.root), ws.head().number, len(decisions(ws)), reviewer)) if "link" in ws.head().runs else 0


def closed_to(ws: Workspace, reviewer: str) -> set[tuple[str, str]]:
    """Pairs of records that a reviewer need not see again: answered or passed over by them."""
    return {(a[0], b[0]) for (a, b) in {one.pair for one in decisions(ws) if one.who == reviewer} if len(a) == len(b) == 1}


def answers_on(ws: Workspace, record_a: str, record_b: str) -> list[Decision]:
    """The latest answer of each person on a pair, in the order in which they were given; what was passed over or taken back is none."""
    latest: dict[str, Decision] = {}
    for one in decisions(ws):
        if one.pair == ((record_a,), (record_b,)):
            latest.pop(one.who, None)
            latest[one.who] = one
    return [one for one in latest.values() if one.answer != "skip"]


def seen_by(answers: list[Decision], who: str) -> bool:
    """Whether a reviewer may see what others answered: their own answer stands, and so does that of another.

    From then on theirs is not blind, so it stays as it is.

    >>> one, other = (Decision(f"D-{who}", "2026-05-04T09:00:00", who, "same", ("r1",), ("r2",)) for who in "ab")
    >>> seen_by([one], "a"), seen_by([one, other], "a"), seen_by([one, other], "c")
    (False, True, False)
    """
    people = {one.who for one in answers}
    return who in people and len(people) >= REVIEWERS


def in_sample(ws: Workspace, record_a: str, record_b: str) -> bool:
    return any((pair.record_a, pair.record_b) == (record_a, record_b) for pair in sample_of(ws))


def is_pair(ws: Workspace, record_a: str, record_b: str) -> bool:
    """Whether linkage, a sample or a decision names these two records as a pair: nobody looks up any two people here."""
    pair = (record_a, record_b)
    decided = {(a[0], b[0]) for a, b in (one.pair for one in decisions(ws)) if len(a) == len(b) == 1}
    return pair in places(ws).candidates or pair in decided or in_sample(ws, *pair)


def since_last_run(ws: Workspace) -> int:
    """Decisions that no run of linkage has followed yet."""
    run = ws.head().runs.get("link")
    return len(decisions(ws)) - int(run.notes.get("decisions", 0)) if run else 0
