"""How two records are compared: for each thing that both files say, levels from the surest agreement to none, in DuckDB's SQL.

Level 0 is full agreement, the last level is disagreement, -1 is where a side says nothing. `l` and `r` are the two records.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """One comparison.

    Attributes
    ----------
    uses
        Columns it rests on.
    empty
        Where it is not said.
    levels
        Label and condition of each level but the last, which is "different".
    frequency
        The column whose frequency weighs full agreement: a rare surname says more than a frequent one. Empty for none.
    """

    name: str
    uses: tuple[str, ...]
    empty: str
    levels: tuple[tuple[str, str], ...]
    frequency: str = ""
    across: bool = False        # by the learned comparison of names: reads `s.score`
    known: bool = False         # reads `given_known`, the number of a name that is listed with its short forms

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.levels] + ["different"]

    @property
    def sql(self) -> str:
        """The level as an SQL expression."""
        said = " ".join(f"when {condition} then {n}" for n, (_, condition) in enumerate(self.levels))
        return f"(case when {self.empty} then -1 {said} else {len(self.levels)} end)::tinyint"


def joined(comparisons: list[Comparison], pairs: str) -> str:
    """The pairs of a table with their two records, `l` and `r`, as what follows FROM; with the score of their names (`s`) where one is compared."""
    both = f"{pairs} p join records l on l.rid = p.l join records r on r.rid = p.r"
    return both + (" left join name_scores s on s.a = l.written and s.b = r.written" if any(c.across for c in comparisons) else "")


def like(column: str, at_least: float, other: str = "") -> str:
    return f"jaro_winkler_similarity(l.{column}, r.{other or column}) >= {at_least}"


def slip(column: str, most: int = 1) -> str:
    """At most so many slips of the keyboard, two letters changed over counting as one; what is quicker is looked at first."""
    near = f"abs(length(l.{column}) - length(r.{column})) <= {most} and levenshtein(l.{column}, r.{column}) <= {2 * most}"
    return f"({near} and damerau_levenshtein(l.{column}, r.{column}) <= {most})"


def nothing(*columns: str) -> str:
    return " or ".join(f"l.{c} is null or r.{c} is null" for c in columns)


def either(column: str) -> str:
    return f"l.{column} = r.{column}"


ACROSS = Comparison(
    "names",
    ("given", "middle", "surname"),
    "s.score is null",
    (("one name", "s.score >= 0.99"), ("very like", "s.score >= 0.9"), ("like", "s.score >= 0.5"), ("hardly like", "s.score >= 0.05")),
    across=True,
)


def comparisons(columns: dict[str, str], similar: tuple[float, float] = (0.92, 0.85), *, across: bool = False) -> list[Comparison]:
    """The comparisons of columns that both files have.

    Parameters
    ----------
    columns
        Name of each shared column and its role, in order.
    similar
        Jaro-Winkler similarity of a name that is nearly, and of one that is roughly, the same.
    across
        Compare whole names across scripts instead of their parts.
    """
    if across:
        found = [ACROSS]
        columns = {name: role for name, role in columns.items() if name not in ("given", "middle", "surname")}
    else:
        found = []
    by_role: dict[str, list[str]] = {}
    for name, role in columns.items():
        by_role.setdefault(role, []).append(name)
    both_names = "given" in columns and "surname" in columns
    swapped = "l.given = r.surname and l.surname = r.given and l.given <> l.surname"
    if "given" in columns:
        levels = [("same", either("given"))]
        if both_names:
            levels.append(("given name and surname swapped", swapped))
        levels.append(("listed as one name", "l.given_known = r.given_known"))
        levels.append(("one is the start of the other", "starts_with(l.given, r.given) or starts_with(r.given, l.given)"))
        levels.append(("similar", f"{like('given', similar[0])} or {slip('given')}"))
        levels.append(("roughly similar", like("given", similar[1])))
        if "middle" in columns:
            levels.append(("one goes by the middle name", "(length(l.middle) > 1 and l.middle = r.given) or (length(r.middle) > 1 and r.middle = l.given)"))
        found.append(Comparison("given", ("given",), nothing("given"), tuple(levels), "given", known=True))
    if "middle" in columns:
        levels = [
            ("same", either("middle")),
            ("initial of the other", "(length(l.middle) = 1 or length(r.middle) = 1) and left(l.middle, 1) = left(r.middle, 1)"),
            ("similar", f"(length(l.middle) > 1 and length(r.middle) > 1) and ({like('middle', similar[1])})"),
        ]
        found.append(Comparison("middle", ("middle",), nothing("middle"), tuple(levels), "middle"))
    if "surname" in columns:
        levels = [("same", either("surname"))]
        levels.append(("similar", f"{like('surname', similar[0])} or {slip('surname')}"))
        levels.append(("roughly similar", like("surname", similar[1])))
        levels.append(("one part shared", "(contains(l.surname, ' ') or contains(r.surname, ' ')) and list_has_any(string_split(l.surname, ' '), string_split(r.surname, ' '))"))
        empty = nothing("surname") + (f" or ({swapped})" if both_names else "")     # a swap is told once, with the given name
        found.append(Comparison("surname", ("surname",), empty, tuple(levels), "surname"))
    for name in by_role.get("birth_date", []):
        found.append(dates(name))
    for name in by_role.get("birth_year", []):
        same_day = "".join(f" or coalesce(l.{date} = r.{date}, false)" for date in by_role.get("birth_date", []))       # a day of birth says the year too
        levels = [("same", either(name)), ("a year apart", f"abs(l.{name} - r.{name}) <= 1"), ("up to three years apart", f"abs(l.{name} - r.{name}) <= 3"), ("up to ten years apart", f"abs(l.{name} - r.{name}) <= 10")]
        found.append(Comparison(name, (name,), nothing(name) + same_day, tuple(levels)))
    for name in by_role.get("number", []) + by_role.get("phone", []):
        found.append(Comparison(name, (name,), nothing(name), (("same", either(name)), ("one slip", slip(name)), ("two slips", slip(name, 2))), name))
    for name in by_role.get("age", []):
        found.append(Comparison(name, (name,), nothing(name), (("same", either(name)), ("a year apart", f"abs(l.{name} - r.{name}) <= 1"), ("up to three years apart", f"abs(l.{name} - r.{name}) <= 3"))))
    for name in by_role.get("sex", []) + by_role.get("region", []):
        found.append(Comparison(name, (name,), nothing(name), (("same", either(name)),), name))
    at_home = address(columns)
    found += at_home
    moved = f" or coalesce({at_home[0].sql} in (0, 1), false)" if at_home else ""      # the place of one address is told once, with the address
    for name in by_role.get("postcode", []):
        levels = [("same", either(name)), ("one slip", slip(name)), ("same start", f"left(l.{name}, 2) = left(r.{name}, 2)")]
        found.append(Comparison(name, (name,), nothing(name) + moved, tuple(levels), name))
    for name in by_role.get("city", []):
        levels = [("same", either(name)), ("similar", f"{like(name, similar[0])} or {slip(name)}")]
        found.append(Comparison(name, (name,), nothing(name) + moved, tuple(levels), name))
    for role in ("text", "email"):
        for name in by_role.get(role, []):
            levels = [("same", either(name)), ("similar", f"{like(name, similar[0])} or {slip(name)}"), ("roughly similar", like(name, similar[1]))]
            found.append(Comparison(name, (name,), nothing(name), tuple(levels), name))
    return found


def address(columns: dict[str, str]) -> list[Comparison]:
    """House number, street and unit as one: who moves changes all three at once. Its frequency is that of the whole address, so that a barracks says little."""
    if "street" not in columns:
        return []
    street = f"({like('street', 0.9)} or {slip('street')})"
    if "house_number" not in columns:
        return [Comparison("address", ("street",), nothing("street"), (("same", either("street")), ("similar", street), ("roughly similar", like("street", 0.8))), "address")]
    number = f"(l.house_number = r.house_number or {slip('house_number')} or starts_with(l.house_number, r.house_number) or starts_with(r.house_number, l.house_number))"
    unit = "and coalesce(l.unit = r.unit, true)" if "unit" in columns else ""
    levels = (
        ("same", f"l.house_number = r.house_number and l.street = r.street {unit}"),
        ("similar", f"{number} and {street}"),
        ("same street", street),
        ("same house number", "length(l.house_number) > 1 and l.house_number = r.house_number"),
    )
    empty = f"({nothing('street')}) and (({nothing('house_number')}) or l.house_number <> r.house_number)"
    return [Comparison("address", ("house_number", "street"), empty, levels, "address")]


def dates(name: str) -> Comparison:
    """Eight characters, year month day; a part not said is `_`."""
    y, m, d = (f"{{}}.{name}[{part}]" for part in ("1:4", "5:6", "7:8"))
    same = [f"{part.format('l')} = {part.format('r')}" for part in (y, m, d)]
    levels = (
        ("same", either(name)),
        ("day and month swapped", f"{same[0]} and {m.format('l')} = {d.format('r')} and {d.format('l')} = {m.format('r')}"),
        ("one is less exact", f"{same[0]} and (contains(l.{name}, '_') or contains(r.{name}, '_')) and ({same[1]} or contains(l.{name}, '____') or contains(r.{name}, '____'))"),
        ("one slip", slip(name)),
        ("two parts of three", f"({same[0]})::int + ({same[1]})::int + ({same[2]})::int = 2"),
        ("two slips", slip(name, 2)),
        ("same year", same[0]),
    )
    return Comparison(name, (name,), nothing(name), levels, name)
