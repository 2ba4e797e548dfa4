"""How many times denser than life each kind of movement is: declared in the pack beside a published figure, and measured in the truth.

A kind states its factor, the figure of real life (`real`, with its source and days), the SQL that counts the same in the truth, and the share
by which the measured factor may miss the declared one (`within`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.errors import PackError

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Kind:
    """A kind of movement and its density."""

    name: str
    factor: float
    why: str
    real: float
    source: dict[str, Any]
    within: float
    sql: str


def kinds(settings: dict[str, Any]) -> tuple[Kind, ...]:
    """The kinds that the settings of the lives declare.

    Raises
    ------
    PackError
        A kind lacks one of factor, why, real, source, within, sql.
    """
    found = []
    for name, about in settings["density"]["kinds"].items():
        lacks = [key for key in ("factor", "why", "real", "source", "within", "sql") if about.get(key) in (None, "")]
        if lacks:
            raise PackError(f"The density of {name} has no {', '.join(lacks)}.", where="synth/lives.yaml, density", fix="state each of them; see packs/az")
        found.append(Kind(name, **{key: about[key] for key in ("factor", "why", "real", "source", "within", "sql")}))
    return tuple(found)


def measured(con: duckdb.DuckDBPyConnection, kind: Kind, settings: dict[str, Any], *, residents: int) -> float:
    """How many times denser than life a kind really is, over the truth's tables on this connection.

    The count of the synthetic country over the real figure, each for a resident: 2 means twice as many for each resident as in life.
    """
    for name in ("from_on", "to_on"):
        day: date = kind.source[name]
        con.execute(f"create or replace temp macro {name}() as date '{day.isoformat()}'")
    ((made,),) = con.execute(kind.sql).fetchall()
    return float(made) / kind.real * settings["density"]["country"] / residents
