"""`karvan link draft`: a link.yaml from the files themselves, with the reason of every line."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from karvan.errors import DataError
from karvan.linkage.files import blocking, comparing, normal, roles
from karvan.linkage.files.across import scripts_differ
from karvan.linkage.files.config import Config, Shared, SideOf, can_be_name, roles_of
from karvan.linkage.files.engine import check_two, engine
from karvan.linkage.files.reading import ROW, open_table, quoted
from karvan.linkage.files.records import make_records

if TYPE_CHECKING:
    import duckdb

LARGEST_BLOCK = 20_000
THRESHOLD = 0.5
ALL_THE_SAME = 0.9          # share of rows with the most frequent value, above which a column tells nobody apart
MOST_TEXTS = 12             # columns of unknown meaning that are compared
REPEATS_ANOTHER = 1.02      # pairs of values of two columns for each value of the richer one, up to which it says the other's too
REPEATS = 0.03              # share of rows that repeat another row's person, above which a person may have several rows
ONE_PLACE = ("given", "surname", "middle", "full_name", "birth_date", "sex", "age", "house_number", "street", "unit", "city", "postcode", "region", "email", "phone", "number")

HEAD = """\
# How {files} {are} linked. Drafted by `karvan link draft` from their headers and values; no line is sacred:
# look at the columns first, then run
#   karvan link files {arguments} --config link.yaml -o LINKS.parquet
"""


def draft(a: Path, b: Path | None, *, seed: int = 1, memory: str = "4GB") -> str:
    """The text of a link.yaml for two files, or for the duplicates of one.

    Raises DataError where the files have no column in common that tells people apart.
    """
    check_two(a, b)
    with engine(Path(tempfile.gettempdir()), memory) as con:
        return _draft(con, a, b, seed)


def _draft(con: duckdb.DuckDBPyConnection, a: Path, b: Path | None, seed: int) -> str:
    looked = [roles.look_at(con, table, open_table(con, path, table)) for path, table in ((a, "a"), (b, "b")) if path]
    ids = [next((c for c in columns if roles.is_id(c) and all_differ(con, table, c)), None) for table, columns in zip("ab", looked)]
    usable = [[c for c in columns if c is not own] for columns, own in zip(looked, ids, strict=True)]
    found = roles.match_columns(usable[0], usable[-1]) if b else roles.own_columns(usable[0])
    found, left = told_apart(found)
    found = few_texts(con, found)
    shared = named(found)
    used = ({m.a.name for m in found}, {m.b.name for m in found})
    for n, columns in enumerate(looked):
        if ids[n] is None and first_is_id(con, "ab"[n], columns[0], used[n]):
            ids[n] = columns[0]
            usable[n] = columns[1:]
    if not shared:
        raise DataError(
            "The files have no column in common that tells people apart." if b else "The file has no column that tells people apart.", where=f"{a}, {b}" if b else str(a),
            fix="give them headers that say what they hold (first_name, surname, date_of_birth ...), or write link.yaml by hand",
        )  # fmt: skip
    if b:
        aged = year_for_date(looked, found) or age_for_date(con, looked, found)
        shared += [aged[0]] if aged else []
    config = Config(SideOf(), SideOf() if b else None, shared, [], LARGEST_BLOCK, [], THRESHOLD)
    rows = make_records(con, config)
    sides = [
        side_of(con, number, own, columns, used[number], roles_of(shared))
        for number, (own, columns) in enumerate(zip(ids, looked, strict=True))
    ]
    across = scripts_differ(con)
    keys = blocking.choose(con, config.roles, two=b is not None, seed=seed, largest=LARGEST_BLOCK, across=across)
    if not keys:
        raise DataError("No key would find matches without comparing every row with every row.", where=str(a), fix="write link.yaml by hand, with keys of several parts")
    return written(a, b, rows, sides, shared, found, left, usable, keys, config, aged[1] if b and aged else "", across=across)


def year_for_date(looked: list[list[roles.Column]], found: list[roles.Match]) -> tuple[Shared, str] | None:
    """A year of birth where one file has only the year and the other only the date."""
    if any(m.role in ("birth_date", "birth_year") for m in found):
        return None
    dates, years = ([next((c for c in columns if c.role == role), None) for columns in looked] for role in ("birth_date", "birth_year"))
    for a, b in ((years[0], dates[1]), (dates[0], years[1])):
        if a and b:
            year = a if a.role == "birth_year" else b
            return Shared("birth_year", "birth_year", a.name, b.name, a_order=a.order, b_order=b.order), f"{year.name} says the year alone"
    return None


def age_for_date(con: duckdb.DuckDBPyConnection, looked: list[list[roles.Column]], found: list[roles.Match]) -> tuple[Shared, str] | None:
    """A year of birth where one file has an age and the other only a date: as of the year that the first file's own dates, or a column of years, tell."""
    if any(m.role == "age" for m in found):
        return None
    for table, own, others in (("a", looked[0], looked[1]), ("b", looked[1], looked[0])):
        age = next((c for c in own if c.role == "age"), None)
        other = next((c for c in others if c.role == "birth_date"), None)
        if age is None or other is None:
            continue
        date = next((c for c in own if c.role == "birth_date"), None)
        year = next((c for c in own if re.fullmatch(r"(.* )?year", c.header) and c.most > ALL_THE_SAME), None)
        if date is not None:
            said = f"{normal.birth_year(quoted(date.name), date.order, None)} + {normal.whole(quoted(age.name))}"
        elif year is not None:
            said = f"try_cast({quoted(year.name)} as integer)"
        else:
            continue
        [(as_of,)] = con.execute(f"select mode({said}) from {table}").fetchall()
        if as_of is None or not 1900 <= as_of <= 2200:
            continue
        why = f"{age.name} says the year of birth too, counted from {as_of}"
        if table == "a":
            return Shared("birth_year", "birth_year", age.name, other.name, b_order=other.order, a_as_of=int(as_of)), why
        return Shared("birth_year", "birth_year", other.name, age.name, a_order=other.order, b_as_of=int(as_of)), why
    return None


def first_is_id(con: duckdb.DuckDBPyConnection, table: str, first: roles.Column, used: set[str]) -> bool:
    """Whether the first column is an id although its header does not say so."""
    return first.name not in used and first.role in ("text", "number") and first.different == 1 and all_differ(con, table, first)


def all_differ(con: duckdb.DuckDBPyConnection, table: str, column: roles.Column) -> bool:
    """Whether every row has a value of its own, the rows that were not sampled too."""
    return bool(con.execute(f"select count(*) = count(distinct {quoted(column.name)}) from {table}").fetchall()[0][0])


def told_apart(found: list[roles.Match]) -> tuple[list[roles.Match], list[tuple[str, str]]]:
    """Matched columns without those that are the same nearly everywhere, and those with the reason."""
    kept, left = [], []
    for match in found:
        if min(match.a.most, match.b.most) > ALL_THE_SAME:
            left.append((match.a.name, f"{match.a.most:.0%} of rows say the same"))
        else:
            kept.append(match)
    return kept, left


def few_texts(con: duckdb.DuckDBPyConnection, found: list[roles.Match]) -> list[roles.Match]:
    """Matched columns with few of unknown meaning: those whose values differ most, and none that only repeats another, which would be told twice."""
    con.execute(f"create or replace temp table looked_at as select * from a order by hash({ROW}), {ROW} limit {roles.SAMPLE}")

    def values(*columns: str) -> int:
        return con.execute(f"select count(distinct ({', '.join(map(quoted, columns))})) from looked_at").fetchall()[0][0]

    kept: list[str] = []
    for match in sorted((m for m in found if m.role == "text"), key=lambda m: -min(m.a.different, m.b.different)):
        own = match.a.name
        if len(kept) < MOST_TEXTS and all(values(own, other) > REPEATS_ANOTHER * max(values(own), values(other)) for other in kept):
            kept.append(own)
    return [m for m in found if m.role != "text" or m.a.name in kept]


def named(found: list[roles.Match]) -> list[Shared]:
    """A name for each pair of columns: its role where it is the first of it, else a text of its own."""
    taken: set[str] = set()
    shared = []
    parts = {"given", "surname"} & {m.role for m in found}
    for match in found:
        role = match.role
        if role == "full_name" and parts:
            role = "text"       # its parts are there
        name = {"full_name": "names"}.get(role, role)
        if role == "text" or name in taken:
            name = re.sub(r"[^a-z0-9]+", "_", match.a.name.lower()).strip("_")
            name = name if can_be_name(name) and name not in {*ONE_PLACE, "names", "birth_year"} else f"c_{name}"
            while name in taken:
                name += "_"
            role = "text" if role in ("given", "surname", "middle", "full_name", "house_number", "street", "unit") else role
        taken.add(name)
        dates = role in ("birth_date", "birth_year")
        shared.append(Shared(name, role, match.a.name, match.b.name, match.a.order if dates else "", match.b.order if dates else ""))
    return shared


def side_of(con: duckdb.DuckDBPyConnection, number: int, own: roles.Column | None, columns: list[roles.Column], used: set[str], said: dict[str, str]) -> tuple[SideOf, str, str]:
    """What one file is like, with the reasons: does a person have one row, and which number do the rows of one person share."""
    telling: list[str] = [c for c in ("given", "surname", "birth_date", "birth_year") if c in said]
    if "birth_date" not in said:
        telling += [c for c in ("middle", "house_number", "street", "postcode", "email", "phone", "number") if c in said]
    telling = telling if len(telling) > 1 else [*said]
    full = " and ".join(f"{c} is not null" for c in telling if c not in ("middle", "house_number"))
    [(rows, different)] = con.execute(f"select count(*), count(distinct ({', '.join(telling)})) from records where side = {number} and {full}").fetchall()
    repeats = 1 - different / rows if rows else 0.0
    why_one = f"{repeats:.1%} of rows repeat the {', '.join(telling)} of another"
    same, why_same = "", ""
    for column in columns:
        if column.role != "number" or column.name in used:
            continue
        names = " and ".join(f"coalesce(x.{c} = y.{c}, true)" for c in ("given", "surname") if c in said) or "true"
        first = con.execute(f"select min(rid) from records where side = {number}").fetchall()[0][0]
        [(pairs, agree, repeated)] = con.execute(f"""
            with numbered as (select {quoted(column.name)} as n, r.* from {'ab'[number]} t join records r on r.rid = t.row_of_file + {first} where {quoted(column.name)} is not null),
            few as (select n from numbered group by n having count(*) between 2 and 20)
            select count(*), coalesce(avg(({names})::int), 0), (select count(*) from few) from numbered x join numbered y using (n) where x.rid < y.rid and n in (select n from few)
        """).fetchall()
        if pairs >= 20 and agree > 0.7:
            same, why_same = column.name, f"{repeated:,} of its numbers stand in several rows, and in {agree:.0%} of them the names agree"
            break
    return SideOf(own.name if own else "", repeats < REPEATS and not same, same), why_one, why_same


def written(
    a: Path, b: Path | None, rows: tuple[int, int], sides: list[tuple[SideOf, str, str]], shared: list[Shared], found: list[roles.Match], left: list[tuple[str, str]],
    usable: list[list[roles.Column]], keys: list[blocking.Key], config: Config, why_aged: str, *, across: bool,
) -> str:  # fmt: skip
    """The YAML text."""
    out = [HEAD.format(files=" and ".join(p.name for p in (a, b) if p), are="are" if b else "is", arguments=" ".join(p.name for p in (a, b) if p)), "files:"]
    for name, path, count, (side, why_one, why_same), columns in zip("ab", (a, b), rows, sides, usable):
        out.append(f"  {name}:                          # {path.name if path else ''}: {count:,} rows")
        if side.id:
            out.append(f"    {aligned(f'id: {scalar(side.id)}')}# different in every row; without it the rows are numbered from 1")
        else:
            doubtful = [c.name for c in columns if roles.says_id(c) and c.name not in {n for s in shared for n in (s.a, s.b)}]
            out.append(f"    # no column is different in every row{': ' + ', '.join(doubtful) + ' repeats or is empty' if doubtful else ''}; rows are numbered from 1")
        if b:
            out.append(f"    {aligned(f'one_row_a_person: {str(side.one_row_a_person).lower()}')}# {why_one}")
        if side.same_person and b:
            out.append(f"    {aligned(f'same_person: {scalar(side.same_person)}')}# {why_same}")
    out += ["", f"# Columns{'' if b is None else ' that both files have'}, by the name used below. Roles: " + ", ".join(dict.fromkeys(c.role for c in shared)) + ".", "columns:"]
    for column, match in zip(shared, found):
        orders = f", a_order: {column.a_order}" + (f", b_order: {column.b_order}" if b else "") if column.role in ("birth_date", "birth_year") else ""
        other = f", b: {scalar(column.b)}" if b else ""
        shares = f"; {match.overlap:.0%} of values shared" if b and column.role != "birth_date" else ""
        filled = f"; filled {match.a.filled:.0%}" + (f" and {match.b.filled:.0%}" if b else "")
        out.append(f"  {aligned(f'{column.name}: {{role: {column.role}, a: {scalar(column.a)}{other}{orders}}}', 76)}# {match.a.why}{shares}{filled}")
    if why_aged:
        column = shared[-1]
        said = [f"{key}: {value}" for key, value in (("a_order", column.a_order), ("b_order", column.b_order), ("a_as_of", column.a_as_of), ("b_as_of", column.b_as_of)) if value]
        line = f"birth_year: {{role: birth_year, a: {scalar(column.a)}, b: {scalar(column.b)}, {', '.join(said)}}}"
        out.append(f"  {aligned(line, 76)}# {why_aged}")
    used = [{c.a for c in shared}, {c.b for c in shared}]
    for name, columns, taken in zip("ab", usable, used):
        others = [c.name for c in columns if c.name not in taken and c.name not in {name for name, _ in left}]
        if others and (b or name == "a"):
            out.append(f"  # not used of {name}: {', '.join(others)}")
    out += [f"  # {name}: {why}" for name, why in left]
    out += ["", "# A pair is compared where it shares one of these keys. In drawn matches with the usual faults, each finds so many that those above it miss.", "blocks:"]
    out.append(f"  {aligned(f'largest: {config.largest}')}# pairs; a value shared by more is left out, and named in the report")
    out.append("  keys:")
    out += [f"    - {aligned(key.name, 46)}# {key.pairs:,} pairs; finds {key.gain:.2%}" for key in keys]
    out += ["", "# Levels of agreement from the surest to none. How much each says is learned from the files; by_frequency: a rare value says more.", "comparisons:"]
    out.append(f"  {aligned('similar: 0.92')}# Jaro-Winkler similarity")
    out.append(f"  {aligned('roughly_similar: 0.85')}#")
    for comparison in comparing.comparisons(config.roles, across=across):
        by = "true" if comparison.frequency else "false"
        how = "whole names across scripts, by what was learned of the names of the world: " if comparison.across else ""
        out.append(f"  {aligned(f'{comparison.name}: {{by_frequency: {by}}}', 40)}# {how}{' | '.join(comparison.labels)}")
    out += ["", aligned(f"threshold: {config.threshold}") + "# pairs of lower probability are not written"]
    return "\n".join(out) + "\n"


def aligned(text: str, width: int = 28) -> str:
    return text.ljust(width) + (" " if len(text) >= width else "")


def scalar(text: str) -> str:
    """A text as YAML writes it: quoted where it could be read as something else."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in ("null", "true", "false", "yes", "no", "on", "off", "n", "y")
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
