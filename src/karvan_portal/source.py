"""Where pages get their facts: the workspace's tables in force, and the pack.

A DuckDB connection is made once per commit and shared by cursors, so that a page costs milliseconds; a new commit gets a new one.
Tables of the identity zone are not on it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language

from karvan.errors import KarvanError
from karvan.workspace import Commit, Workspace

if TYPE_CHECKING:
    import duckdb

    from karvan.country import Country

_gate = threading.Lock()
_connections: dict[tuple[str, int], duckdb.DuckDBPyConnection] = {}


def workspace() -> Workspace:
    """The workspace that this portal shows."""
    return Workspace.open(settings.WORKSPACE)


def connection(commit: Commit | None = None) -> duckdb.DuckDBPyConnection:
    """A cursor on the tables at one commit, the one in force by default."""
    ws = workspace()
    commit = commit or ws.head()
    key = (str(ws.root), commit.number)
    with _gate:
        if key not in _connections:
            for old in [k for k in _connections if k[1] < commit.number - 1]:
                _connections.pop(old)
            _connections[key] = ws.connect(at=commit, threads=2, memory="400MB")
        return _connections[key].cursor()


def rows(query: str, params: Any = None) -> list[dict[str, Any]]:
    """Rows of a query on the tables in force, as dictionaries."""
    con = connection()
    found = con.execute(query, params or [])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def one(query: str, params: Any = None) -> dict[str, Any]:
    """The only row of a query; an empty dictionary if there is none."""
    found = rows(query, params)
    return found[0] if found else {}


def country() -> Country:
    """The pack of the workspace, read once per process."""
    return _country(str(settings.WORKSPACE))


@lru_cache(maxsize=2)
def _country(root: str) -> Country:
    from karvan.country import for_workspace

    return for_workspace(Workspace.open(root))


def is_synthetic() -> bool:
    """Whether the figures come from a made-up country: its truth lies beside the tables."""
    return bool((settings.WORKSPACE / "truth").is_dir())


@dataclass(frozen=True)
class Institution:
    """An institution of the pack, as the portal needs it."""

    id: str
    names: Mapping[str, str]
    operator: bool

    @property
    def name(self) -> str:
        return in_language(self.names) or self.id


def institutions() -> list[Institution]:
    """Institutions of the country's own pack, the operator first.

    The pack names the operator (`operator: ID`); where it does not, the first institution is the operator.
    """
    try:
        own = country().packs[0]
    except KarvanError:
        return []
    listed = list(own.institutions.values())
    operator = str(own.about.get("operator") or (listed[0].id if listed else ""))
    return sorted((Institution(i.id, i.names, i.id.casefold() == operator.casefold()) for i in listed), key=lambda i: (not i.operator, i.name))


def linkage_roles() -> dict[str, tuple[str, ...]]:
    """Roles that accounts of an institution (in small letters) may have at the linkage desk, as the country's own pack gives them (`reviewers`)."""
    try:
        told = country().packs[0].about.get("reviewers") or {}
    except KarvanError:
        return {}
    return {str(name).casefold(): tuple(map(str, roles)) for name, roles in told.items()}


def institution_name(institution: Any) -> str:
    """Name of an institution of any pack in the reader's language; its id where no pack knows it."""
    wanted = str(institution or "").casefold()
    try:
        known = country().institutions
    except KarvanError:
        return str(institution)
    return next((i.name(language()) for i in known.values() if i.id.casefold() == wanted), str(institution or ""))


def feed_name(feed: Any) -> str:
    """What the packs call a feed, in the reader's language; empty where they give it no name."""
    try:
        texts = country()
        return texts.text(f"feed.{feed}", language()) if f"feed.{feed}" in texts.texts else ""
    except KarvanError:
        return ""


def rounding_base(indicator: str) -> int:
    """What the counts of an indicator are rounded to a multiple of: 5, or 10 of protected topics; 0 where others published them."""
    from karvan.disclosure.policies import policy_of

    try:
        known = country().indicators
        return policy_of(known[indicator], known).base if indicator in known else 0
    except KarvanError:
        return 0


def country_name() -> str:
    """Name of the country of the first pack, in the reader's language."""
    try:
        return country().name(language())
    except KarvanError:
        return ""


def language() -> str:
    """The reader's language, as two letters."""
    return (get_language() or "en")[:2]


def as_texts(told: Any) -> dict[str, str]:
    """A text in several languages, whatever way it was given."""
    if isinstance(told, Mapping):
        return {str(k): str(v) for k, v in told.items()}
    return {"": str(told)} if told else {}


def in_language(texts: Any) -> str:
    """The reader's language of a text, else English, else any."""
    told = as_texts(texts)
    return told.get(language()) or told.get("en") or next(iter(told.values()), "")
