"""One person's stays, statuses and spells of residence, from files or from a workspace: what `karvan.lifecourse.picture` draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError
from karvan.lifecourse import spells
from karvan.lifecourse.engine import engine
from karvan.lifecourse.people import Given, named, offer
from karvan.lifecourse.picture import picture

if TYPE_CHECKING:
    from karvan.workspace import Workspace

RULES_SHOWN = ("UR-12/16", "UR-12/12", "UR-6/12")


@dataclass
class History:
    """Rows of `presence_spells`, `residence_spells` and `status_spells` of one person, and the last day that is complete."""

    presence: list[dict[str, Any]]
    residence: list[dict[str, Any]]
    statuses: list[dict[str, Any]] = field(default_factory=list)
    observed_until: date | None = None
    rules: Sequence[str] = ()

    def drawn(self, *, title: str, lang: str = "en") -> str:
        """The picture, SVG."""
        return picture(self.presence, self.residence, statuses=self.statuses, rules=self.rules, observed_until=self.observed_until, title=title, lang=lang)


def history(
    given: Given, person: str | int, *, observed_until: date, zone: str | None = None, rules: Sequence[str] = RULES_SHOWN, statuses: Given = None
) -> History:
    """The history of one person in a table of crossings or of presence spells. Raises DataError if the person is not in it, or is set aside."""
    rows = rows_of(given, person)
    if "crossed_at" in rows.column_names:
        made = spells.presence(rows, observed_until=observed_until, zone=zone)
        rows, out = made.table, made.aside
    else:
        out = None
    done = [spells.residence(rows, rule=rule, observed_until=observed_until) for rule in rules]
    for aside in (out, *(one.aside for one in done)):
        if aside is not None and aside.num_rows:
            reason = aside.column("reason")[0].as_py()
            raise DataError(f"The person is set aside: {reason}.", where=named(given), fix="mend the crossings, or pair them with --repair pack and draw the stays")
    kept = rows_of(statuses, person).to_pylist() if statuses is not None else []
    return History(rows.to_pylist(), [row for one in done for row in one.table.to_pylist()], kept, observed_until, rules)


def rows_of(given: Given, person: str | int) -> Any:
    with engine() as con:
        offer(con, "given", given)
        rows = con.sql("select * from given where person_id::varchar = $1", params=[str(person)]).to_arrow_table()
    if not rows.num_rows:
        raise DataError("There is nobody of this number.", where=named(given), fix="check the number of the person")
    return rows


def history_in(ws: Workspace, person: str) -> History:
    """The same from the tables of a workspace, repairs and all rules of the line included."""
    con = ws.connect()
    try:
        found = {
            table: con.sql(f"select * from {table} where person_id = $1 order by all", params=[person]).to_arrow_table().to_pylist()
            for table in ("presence_spells", "residence_spells", "status_spells")
        }
        rules = [row[0] for row in con.execute("select distinct rule from residence_spells order by rule").fetchall()]
    finally:
        con.close()
    if not found["presence_spells"] and not found["residence_spells"]:
        raise DataError("There is nobody of this number in the workspace.", fix="take a person_id of the table presence_spells")
    seen = ws.head().runs["lifecourse"].notes.get("observed_until")
    presence = sorted(found["presence_spells"], key=lambda row: row["spell_no"])
    residence = sorted(found["residence_spells"], key=lambda row: (row["rule"], row["from_on"] or date.min))
    return History(presence, residence, found["status_spells"], date.fromisoformat(seen) if seen else None, rules)
