"""Citizenship and script of the records that stand for pairs: what a reviewer chooses by, and what error is measured by. Names nobody."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from karvan.workspace import Workspace

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Group:
    """Citizenship (a code, or `unknown`) and script of the name (`latin`, `cyrillic`, `arabic`, ...; `unknown` without letters) of one record."""

    citizenship: str
    script: str


def script_of(text: str | None) -> str:
    """The script that most letters of a text are of, by their names in Unicode.

    >>> script_of("Məmmədov"), script_of("Мамедов"), script_of("გიორგი"), script_of("احمد"), script_of("12")
    ('latin', 'cyrillic', 'georgian', 'arabic', 'unknown')
    """
    found = Counter(unicodedata.name(letter, UNKNOWN).split()[0].lower() for letter in text or "" if letter.isalpha())
    return found.most_common(1)[0][0] if found else UNKNOWN


def groups_of_pairs(ws: Workspace, *, actor: str) -> dict[str, Group]:
    """Group by record that stands for a node in a pair. Opens the identity zone in the name of `actor` for the scripts of names; no name leaves it."""
    con = ws.connect(identity="citizenship and script of uncertain pairs; names nobody", actor=actor, threads=1, memory="500MB")
    try:
        rows = con.sql("""
            select record_id, citizenship, written from link_nodes
            where record_id in (select record_a from link_pairs union select record_b from link_pairs) order by record_id""").fetchall()  # fmt: skip
    finally:
        con.close()
    return {record: Group(citizenship or UNKNOWN, script_of(written)) for record, citizenship, written in rows}


def group_of_pair(a: Group, b: Group) -> Group:
    """The group of a pair: what both share, or what one says where the other says nothing; `several` citizenships, or both scripts with a plus.

    >>> group_of_pair(Group("BBB", "latin"), Group("CCC", "cyrillic"))
    Group(citizenship='several', script='cyrillic+latin')
    >>> group_of_pair(Group("BBB", "latin"), Group("unknown", "unknown"))
    Group(citizenship='BBB', script='latin')
    """
    citizenships, scripts = {a.citizenship, b.citizenship} - {UNKNOWN}, {a.script, b.script} - {UNKNOWN}
    citizenship = UNKNOWN if not citizenships else citizenships.pop() if len(citizenships) == 1 else "several"
    return Group(citizenship, "+".join(sorted(scripts)) or UNKNOWN)
