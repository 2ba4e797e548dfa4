"""Citizenship and scripts of the people in pairs: what a reviewer chooses by, and what error is measured by. Names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from karvan.workspace import Workspace

UNKNOWN = "unknown"
SCRIPTS = ("Arabic", "Armenian", "Cyrillic", "Devanagari", "Georgian", "Han", "Hangul", "Hebrew", "Hiragana", "Katakana", "Latin", "Thai")     # as Unicode names them
OF_PERSONS = """
with wanted as (select distinct l.record_id, l.person_id from links l where record_id in (select record_a from link_pairs union select record_b from link_pairs)),
     spelled as (
         select person_id, {found} from (
             select distinct person_id, concat_ws(' ', surname, given_names, patronymic, full_name) as name
             from identities join links using (record_id) semi join wanted using (person_id)) group by person_id)
select w.record_id, n.citizenship, {scripts} from wanted w join spelled using (person_id) left join link_nodes n using (record_id) order by w.record_id
"""


@dataclass(frozen=True)
class Group:
    """Citizenship of one record's node (a code, or `unknown`), and the scripts in which its person's names are written: `latin`, `cyrillic+latin`, ...; `unknown` without letters."""

    citizenship: str
    script: str


def groups_of_pairs(ws: Workspace, *, actor: str) -> dict[str, Group]:
    """Group by record that stands for a node in a pair. Opens the identity zone in the name of `actor` for the scripts of names; no name leaves it."""
    found = ", ".join(f"bool_or(regexp_matches(name, '\\p{{{script}}}')) as {script}" for script in SCRIPTS)
    con = ws.connect(identity="citizenship and scripts of uncertain pairs; names nobody", actor=actor, memory="500MB")
    try:
        rows = con.execute(OF_PERSONS.format(found=found, scripts=", ".join(SCRIPTS))).fetchall()
    finally:
        con.close()
    return {record: Group(citizenship or UNKNOWN, "+".join(name.lower() for name, there in zip(SCRIPTS, there_are, strict=True) if there) or UNKNOWN) for record, citizenship, *there_are in rows}


def group_of_pair(a: Group, b: Group) -> Group:
    """The group of a pair: the citizenship that both share, or that one says where the other says nothing, or `several`; the scripts of both.

    >>> group_of_pair(Group("BBB", "latin"), Group("CCC", "cyrillic+latin"))
    Group(citizenship='several', script='cyrillic+latin')
    >>> group_of_pair(Group("BBB", "latin"), Group("unknown", "unknown"))
    Group(citizenship='BBB', script='latin')
    """
    citizenships = {a.citizenship, b.citizenship} - {UNKNOWN}
    citizenship = UNKNOWN if not citizenships else citizenships.pop() if len(citizenships) == 1 else "several"
    scripts = {*a.script.split("+"), *b.script.split("+")} - {UNKNOWN}
    return Group(citizenship, "+".join(sorted(scripts)) or UNKNOWN)
