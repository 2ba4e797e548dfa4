"""`link.yaml`: how two files are linked, as a person reads and changes it. Read and checked here; every message names the line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from math import prod
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import line_of, lines, parse, twice
from karvan.errors import DataError, PackError, SetupError, nearest
from karvan.linkage.files import normal
from karvan.linkage.files.blocking import Key, part
from karvan.linkage.files.comparing import Comparison, comparisons
from karvan.linkage.files.roles import HEADERS

ROLES = [*(role for role in HEADERS if role != "ignore"), "text"]
ONE_ONLY = ("given", "surname", "middle", "full_name", "street", "house_number", "unit")      # these have one place in a name or an address
DATE_ORDERS = (*normal.ORDERS, *normal.COUNTED)


@dataclass
class SideOf:
    """One file: its id column (or none: rows are numbered), whether a person has one row in it, and a number that its rows of one person share."""

    id: str = ""
    one_row_a_person: bool = False
    same_person: str = ""

    @property
    def once(self) -> bool:
        """Whether a person is matched once: has one row, or rows that are told together."""
        return self.one_row_a_person or bool(self.same_person)


@dataclass
class Shared:
    """A column that both files have, with its role and its name in each.

    For dates, the order of their parts in each. For a year of birth that a file says as an age, the year in which people were that old (`as_of`).
    """

    name: str
    role: str
    a: str
    b: str
    a_order: str = ""
    b_order: str = ""
    a_as_of: int | None = None
    b_as_of: int | None = None


@dataclass
class Config:
    """All that a link.yaml says."""

    a: SideOf
    b: SideOf | None
    columns: list[Shared]
    keys: list[Key]
    largest: int
    comparisons: list[Comparison]
    threshold: float
    where: str = field(default="link.yaml", repr=False)

    @property
    def numbered(self) -> bool:
        """Whether the rows of a file are matched person by person."""
        return self.b is not None and bool(self.a.same_person or self.b.same_person)

    @property
    def roles(self) -> dict[str, str]:
        return roles_of(self.columns)


def roles_of(columns: list[Shared]) -> dict[str, str]:
    """Names as they are compared, and their roles: a full name is split into its parts."""
    found: dict[str, str] = {}
    for column in columns:
        if column.role == "full_name":
            found |= {"given": "given", "middle": "middle", "surname": "surname"}
        else:
            found[column.name] = column.role
    return found


class _Reader:
    """A YAML mapping with the lines of its keys; complains with the file and the line."""

    def __init__(self, path: Path, value: Any, marks: dict[tuple, int], at: tuple = ()) -> None:
        self.path, self.value, self.lines, self.at = path, value, marks, at
        if not isinstance(value, dict):
            self.refuse("A mapping of names to values must stand here.", "write `name: value` lines, as a drafted file has them")

    def refuse(self, what: str, fix: str, *more: Any) -> None:
        raise DataError(what, where=f"{self.path}:{line_of(self.lines, (*self.at, *more))}", fix=fix)

    def known(self, names: list[str]) -> None:
        for key in self.value:
            if key not in names:
                self.refuse(f"`{key}` is not known here.", nearest(str(key), names) or f"one of {', '.join(names)}", key)

    def inner(self, name: str, *, needed: bool = True) -> _Reader:
        if name not in self.value and needed:
            self.refuse(f"`{name}` is missing.", f"add `{name}:`; `karvan link draft` writes it")
        return _Reader(self.path, self.value.get(name) if self.value.get(name) is not None else {}, self.lines, (*self.at, name))

    def one(self, name: str, kind: type | tuple[type, ...], default: Any = None, *, needed: bool = False) -> Any:
        value = self.value.get(name, default)
        if value is None and needed:
            self.refuse(f"`{name}` is missing.", f"add `{name}:`")
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            wanted = "true or false" if kind is bool else "a number" if kind in (int, (int, float)) else "a text"
            self.refuse(f"`{name}` must be {wanted}, and is {value!r}.", f"write {wanted}", name)
        return value


def read_config(path: Path, *, two: bool) -> Config:
    """Read and check a link.yaml.

    Parameters
    ----------
    two
        Whether two files are linked, or one is searched for duplicates.

    Raises
    ------
    DataError
        With file and line, where the file is not YAML or says what cannot be.
    """
    if not path.is_file():
        raise SetupError("There is no such configuration.", where=str(path), fix="make one: karvan link draft A B -o link.yaml")
    text = path.read_bytes()
    try:
        content = parse(text, where=str(path))
    except PackError as wrong:
        raise DataError(wrong.what, where=wrong.where, fix=wrong.fix) from None
    for name, line in twice(text):
        raise DataError(f"`{name}` stands twice in one place.", where=f"{path}:{line}", fix="keep one")
    top = _Reader(path, content, lines(text))
    top.known(["files", "columns", "blocks", "comparisons", "threshold"])
    files = top.inner("files")
    files.known(["a", "b"])
    if two != ("b" in files.value):
        said, given = ("two files", "one") if not two else ("one file", "two")
        files.refuse(f"The configuration is for {said}, and {given} was given.", "draft one for these files: karvan link draft")
    sides = [side_of(files.inner(name)) for name in ("a", "b") if name in files.value]
    columns = [shared_of(name, top.inner("columns").inner(name), two) for name in top.inner("columns").value]
    check_columns(top, columns)
    roles = roles_of(columns)
    return Config(
        a=sides[0], b=sides[1] if two else None, columns=columns, keys=keys_of(top.inner("blocks"), roles), largest=largest_of(top.inner("blocks")),
        comparisons=comparisons_of(top, roles), threshold=threshold_of(top), where=str(path),
    )  # fmt: skip


def side_of(said: _Reader) -> SideOf:
    said.known(["id", "one_row_a_person", "same_person", "file", "rows"])
    return SideOf(said.one("id", str, ""), said.one("one_row_a_person", bool, False), said.one("same_person", str, ""))


def shared_of(name: Any, said: _Reader, two: bool) -> Shared:
    said.known(["role", "a", "b", "a_order", "b_order", "a_as_of", "b_as_of"])
    if not isinstance(name, str) or not can_be_name(name):
        said.refuse(f"{name!r} cannot be the name of a column.", "use small letters, figures and _, and no word of SQL; `rid`, `side`, `uid`, `person`, `written`, `address`, `typical`, `given_known` and `f_...` are taken")
    role = said.one("role", str, needed=True)
    if role not in ROLES:
        said.refuse(f"There is no role `{role}`.", nearest(role, ROLES) or f"one of {', '.join(ROLES)}", "role")
    a = said.one("a", str, needed=True)
    found = Shared(name, role, a, said.one("b", str, needed=two) or a, said.one("a_order", str, ""), said.one("b_order", str, ""))
    if role == "birth_date":
        found.b_order = found.b_order or found.a_order
        for order in ("a_order", "b_order") if two else ("a_order",):
            if getattr(found, order) not in DATE_ORDERS:
                said.refuse(f"`{order}` must say in which order dates are written.", f"one of {', '.join(DATE_ORDERS)}", order)
    if role == "birth_year":
        found.a_as_of, found.b_as_of = said.one("a_as_of", int), said.one("b_as_of", int)
        for side, order, as_of in (("a", found.a_order, found.a_as_of), ("b", found.b_order, found.b_as_of)):
            if as_of is None and order not in DATE_ORDERS and (two or side == "a"):
                said.refuse(f"`{side}` must be an age or a date.", f"write `{side}_as_of: 2024` for an age, or `{side}_order: ymd` for a date", side)
    if role in ONE_ONLY and role != "full_name" and name != role:
        said.refuse(f"A column of role `{role}` must have that name.", f"call it `{role}`, or give it the role `text`", "role")
    return found


TAKEN = {"rid", "side", "uid", "person", "written", "address", "typical", "given_known"}


@cache
def words_of_sql() -> frozenset[str]:
    import duckdb

    with duckdb.connect() as con:
        return frozenset(word for (word,) in con.execute("select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'").fetchall())


def can_be_name(name: str) -> bool:
    """Whether a column can have this name beside those that the linkage uses itself.

    >>> can_be_name("address_2"), can_be_name("select"), can_be_name("Given name"), can_be_name("rid")
    (True, False, False, False)
    """
    return bool(re.fullmatch(r"[a-z][a-z0-9_]*", name)) and not name.startswith("f_") and name not in TAKEN and name not in words_of_sql()


def check_columns(top: _Reader, columns: list[Shared]) -> None:
    names = [c.name for c in columns]
    if not columns:
        top.refuse("There is no column to compare.", "name at least one column that both files have", "columns")
    if any(c.role == "full_name" for c in columns) and {"given", "surname", "middle"} & set(names):
        top.refuse("A full name stands beside its parts.", "keep the full name, or the parts", "columns")


def keys_of(blocks: _Reader, roles: dict[str, str]) -> list[Key]:
    blocks.known(["largest", "keys"])
    said = blocks.value.get("keys")
    if not isinstance(said, list) or not said:
        blocks.refuse("There is no key: no pair would be compared.", "list at least one under `keys:`", "keys")
    if len(said) > 30:
        blocks.refuse("There are more than 30 keys.", "keep the most telling", "keys")
    found = []
    for n, text in enumerate(said):
        parts = []
        for name in str(text).split(" + "):
            column, _, which = name.strip().partition(".")
            try:
                if column == "names":
                    if which != "either_order" or not {"given", "surname"} <= set(roles):
                        raise KeyError(column)
                    parts.append(part("names", "", which))
                else:
                    parts.append(part(column, roles[column], which))
            except KeyError:
                blocks.refuse(f"`{name}` is no part of a column above.", nearest(column, list(roles)) or "use a column's name, or a part of it such as surname.sound", "keys", n)
        found.append(Key(tuple(parts)))
    return found


def largest_of(blocks: _Reader) -> int:
    largest = blocks.one("largest", int, 20_000)
    if largest < 1:
        blocks.refuse("`largest` must be at least 1 pair.", "20000 is usual", "largest")
    return largest


def comparisons_of(top: _Reader, roles: dict[str, str]) -> list[Comparison]:
    said = top.inner("comparisons")
    similar, roughly = 0.92, 0.85
    if "similar" in said.value:
        similar = said.one("similar", (int, float))
    if "roughly_similar" in said.value:
        roughly = said.one("roughly_similar", (int, float))
    if not 0.5 <= roughly <= similar <= 1:
        said.refuse("`roughly_similar` and `similar` must lie between 0.5 and 1, in this order.", "0.85 and 0.92 are usual", "similar")
    across = "names" in said.value
    possible = {c.name: c for c in comparisons(roles, (similar, roughly), across=across and {"given", "surname"} & set(roles) != set())}
    found = []
    for name in said.value:
        if name in ("similar", "roughly_similar"):
            continue
        if name not in possible:
            said.refuse(f"There is no comparison `{name}` for the columns above.", nearest(str(name), list(possible)) or f"one of {', '.join(possible)}", name)
        by_frequency = _Reader(said.path, said.value[name] or {}, said.lines, (*said.at, name))
        by_frequency.known(["by_frequency"])
        comparison = possible[name]
        if not by_frequency.one("by_frequency", bool, bool(comparison.frequency)):
            comparison = replace(comparison, frequency="")
        found.append(comparison)
    if prod(len(c.labels) + 1 for c in found) > 2**62:
        said.refuse(f"{len(found)} comparisons are more than can be told apart.", "keep the most telling")
    if not found:
        said.refuse("No comparison is named.", f"name at least one of {', '.join(possible)}")
    return found


def threshold_of(top: _Reader) -> float:
    threshold = top.one("threshold", (int, float), 0.5)
    if not 0 < threshold <= 1:
        top.refuse("`threshold` must be above 0 and at most 1.", "0.5 is usual", "threshold")
    return float(threshold)
