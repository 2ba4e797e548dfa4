"""A handful of drawn records, and the life courses that come out of them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pyarrow as pa

from drawn import ARROW, Drawn, drawn
from karvan.lifecourse.courses import life_courses
from karvan.tables import RECORD_TYPES, TABLES
from karvan.workspace import new_connection

FROM, UNTIL = date(2020, 7, 1), date(2026, 6, 30)


class Lives:
    """Tables made from drawn records. In the drawings `person_id` says whom a record speaks of: linkage is not tested here."""

    def __init__(self, *, observed_from: date = FROM, observed_until: date = UNTIL, params: dict[str, Any] | None = None, **records: Drawn) -> None:
        self.con = new_connection(threads=1)
        links: list[tuple[str, str]] = []
        for name, declared in TABLES.items():
            self.con.execute(f"create table {name} as {declared.empty_select()}")
        for name in RECORD_TYPES:
            if name in records:
                self.fill(name, records[name], links)
        self.con.execute("insert into links select unnest($1), unnest($2), 'document', 1", [[r for r, _ in links], [p for _, p in links]])
        made = life_courses(self.con, observed_from=observed_from, observed_until=observed_until, national="UTO", params=params)
        self.tables, self.notes = made["tables"], made["notes"]

    def fill(self, name: str, rows: Drawn, links: list[tuple[str, str]]) -> None:
        made = []
        for number, cells in enumerate(rows.rows, start=1):
            row: dict[str, Any] = dict(zip(rows.columns, cells, strict=True))
            row.setdefault("record_id", f"{name}-{number}")
            links.append((row["record_id"], row["person_id"]))
            if name == "crossing":
                row.setdefault("decision", "admitted")
                row.setdefault("crossed_at", datetime.combine(row["crossed_on"], time(8, number % 60)))
            made.append(row)
        arrow = pa.Table.from_pylist(made, schema=pa.schema([(c.name, ARROW[c.type]) for c in TABLES[name].columns]))
        self.con.register("filled", arrow)
        self.con.execute(f"insert into {name} select * from filled")
        self.con.unregister("filled")

    def __getitem__(self, table: str) -> Any:
        names = ", ".join(TABLES[table].column_names)
        key = [*TABLES[table].key, *TABLES[table].column_names]
        return self.con.sql(f"select {names} from {self.tables[table]} order by {', '.join(dict.fromkeys(key))}").to_arrow_table()

    def show(self, table: str, columns: str, **only: str) -> Drawn:
        rows = self[table].to_pylist()
        kept = [row for row in rows if all(row[k] == v for k, v in only.items())]
        return Drawn(columns.split(), [[row[c] for c in columns.split()] for row in kept])


__all__ = ["Lives", "drawn"]
