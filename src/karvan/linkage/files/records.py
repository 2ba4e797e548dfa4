"""Both files as one table of records in the form in which they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from karvan.linkage.files import normal
from karvan.linkage.files.config import Config, Shared, SideOf
from karvan.linkage.files.reading import LONGEST, literal, quoted

if TYPE_CHECKING:
    import duckdb

    from karvan.linkage.files.comparing import Comparison

FORMS = {"given": normal.given, "surname": normal.name, "middle": normal.name, "number": normal.number, "phone": normal.number, "sex": normal.sex, "age": normal.whole}
MOST_COPIES = 10        # rows of a file that say the same in every column and are learned from
MANY_UNREAD = 0.1       # share of a column's filled cells that cannot be read, above which it is told
SPELLED = ("given", "surname", "middle", "street", "city", "text")       # brought to Latin letters


def make_records(con: duckdb.DuckDBPyConnection, config: Config) -> tuple[int, int]:
    """Make the table `records` from the tables `a` and `b`; returns the rows of each side.

    `rid` numbers the rows of A from 0 and goes on with those of B; `side` is 0 or 1; `uid` is the id given in the configuration, else the row's
    number; `written` is the whole name in its own letters; `person` is the number that rows of one person share in a file, where one is named; then the columns as they are compared.
    """
    rows = [con.execute(f"select count(*) from {table}").fetchall()[0][0] for table in (("a", "b") if config.b else ("a",))]
    first = select(config.a, config.columns, "a", 0, 0)
    both = f"{first} union all {select(config.b, config.columns, 'b', 1, rows[0])}" if config.b else first
    con.execute(f"create or replace table records as {both}")
    normal.to_latin(con, "records", [name for name, role in config.roles.items() if role in SPELLED])
    if any(c.known for c in config.comparisons):
        number_known_names(con)
    return rows[0], rows[1] if config.b else rows[0]


def set_apart_copies(con: duckdb.DuckDBPyConnection, roles: dict[str, str]) -> tuple[int, int]:
    """Add `typical` to `records`: false for all but the first few of the rows of a file that say the same in every column. Returns the typical rows of each side.

    Only typical rows are learned from: a record that stands a million times would make everybody else's values rare.
    """
    same = f"side, hash({', '.join(roles)})"
    [(most,)] = con.execute(f"select max(copies) from (select count(*) as copies from records group by {same})").fetchall()
    typical = "true" if most <= MOST_COPIES else f"row_number() over (partition by {same} order by rid) <= {MOST_COPIES}"
    con.execute(f"create or replace table records as select *, {typical} as typical from records order by rid")
    counted: dict[int, int] = dict(con.execute("select side, count(*) from records where typical group by side").fetchall())
    return counted[0], counted.get(1, counted[0])


def unread(con: duckdb.DuckDBPyConnection, config: Config) -> list[str]:
    """Columns many of whose cells say nothing in the form in which they are compared (dates in another order), with their number. Reads `a`, `b` and `records`."""
    found = []
    for number, (table, side) in enumerate((("a", config.a), ("b", config.b))):
        for column in config.columns if side else ():
            if column.role == "full_name":
                continue
            source = quoted(column.b if number else column.a)
            [(filled, read)] = con.execute(f"select (select count({source}) from {table}), (select count({column.name}) from records where side = {number})").fetchall()
            if filled - read > MANY_UNREAD * filled:
                how = f" as {column.b_order if number else column.a_order}" if column.role == "birth_date" else ""
                found.append(f"{column.name}: {filled - read:,} of {filled:,} cells of {table} say nothing that can be read{how}")
    return found


def number_known_names(con: duckdb.DuckDBPyConnection) -> None:
    """Add `given_known`: a number that given names have in common which are listed as one name (William, Bill)."""
    import numpy as np

    from karvan.linkage.names.known import name_numbers

    names = [name for (name,) in con.execute("select distinct given from records where given is not null order by 1").fetchall()]
    numbers = name_numbers(names)
    con.register("known_names", {"given": np.array(names, object)[numbers >= 0], "given_known": numbers[numbers >= 0]})
    con.execute("create or replace table records as select r.*, k.given_known from records r left join known_names k using (given)")
    con.unregister("known_names")


def select(side: SideOf, columns: list[Shared], table: str, number: int, start: int) -> str:
    said = []
    for column in columns:
        source = quoted(column.a if number == 0 else column.b)
        if column.role == "birth_date":
            said.append(f"{normal.date(source, column.a_order if number == 0 else column.b_order)} as {column.name}")
        elif column.role == "birth_year":
            as_of, order = (column.a_as_of, column.a_order) if number == 0 else (column.b_as_of, column.b_order)
            said.append(f"{normal.birth_year(source, order, as_of)} as {column.name}")
        elif column.role == "full_name":
            said += full_name(source)
        else:
            said.append(f"{FORMS.get(column.role, normal.words)(source)} as {column.name}")
    uid = f"{quoted(side.id)}" if side.id else "(row_of_file + 1)::varchar"
    person = normal.number(quoted(side.same_person)) if side.same_person else "null::varchar"
    return f"select (row_of_file + {start})::integer as rid, {number}::tinyint as side, {uid} as uid, {person} as person, {written(columns, number)} as written, {', '.join(said)} from {table}"


def written(columns: list[Shared], number: int) -> str:
    """The whole name in the letters in which a file writes it."""
    sources = {c.role: quoted(c.b if number else c.a) for c in columns if c.role in ("given", "middle", "surname", "full_name")}
    parts = [sources[role] for role in ("full_name", "given", "middle", "surname") if role in sources]
    return f"nullif(left(concat_ws(' ', {', '.join(parts)}), {LONGEST}), '')" if parts else "null::varchar"


def full_name(source: str) -> list[str]:
    """A whole name as its parts: `Surname, Given Middle` by its comma, else the last word is the surname and the first the given name."""
    comma = f"contains({source}, ',')"
    before, after = normal.name(f"split_part({source}, ',', 1)"), normal.name(f"split_part({source}, ',', 2)")
    whole = f"string_split({normal.name(source)}, ' ')"
    others = f"string_split({after}, ' ')"
    return [
        f"case when {comma} then {others}[1] when len({whole}) > 1 then {whole}[1] end as given",
        f"case when {comma} then nullif(array_to_string({others}[2:], ' '), '') when len({whole}) > 2 then array_to_string({whole}[2:-2], ' ') end as middle",
        f"case when {comma} then {before} else {whole}[-1] end as surname",
    ]


def add_frequencies(con: duckdb.DuckDBPyConnection, roles: dict[str, str], comparisons: list[Comparison]) -> None:
    """Add the address in one piece, and to every record the share of records that have the same value (`f_<column>`)."""
    if "street" in roles:
        parts = [name for name in ("house_number", "street", "unit") if name in roles]
        con.execute(f"create or replace table records as select *, case when street is not null then concat_ws({literal(' ')}, {', '.join(parts)}) end as address from records")
    for column in dict.fromkeys(c.frequency for c in comparisons if c.frequency):
        con.execute(f"""
            create or replace table records as
            select r.*, f.share as f_{column} from records r
            left join (select {column} as value, (count(*) / sum(count(*)) over ())::float as share from records where typical and {column} is not null group by 1) f on f.value = r.{column}
        """)
    con.execute("create or replace table records as select * from records order by rid")
