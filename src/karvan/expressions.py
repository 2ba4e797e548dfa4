"""The one expression language: a small, scalar subset of SQL, for contracts, indicators and rules.

An expression is data, written by people who are no programmers of karvan: it is parsed, every node is checked against a short
list, names are resolved by the caller, and what comes out is DuckDB's SQL. What is not on the list is refused by name: no
subquery, no aggregate, no window, nothing that reads a file.

>>> parse("direction = 'in' and age between 18 and 64").names
('age', 'direction')
>>> parse("coalesce(reason, 'other')").sql({"reason": "r.reason"})
"COALESCE(r.reason, 'other')"
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from karvan.errors import PackError, nearest

PLAIN = (
    exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple,
    exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.DPipe,
    exp.Case, exp.If, exp.In, exp.Is, exp.Between, exp.Like,
    exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Floor, exp.Ceil,
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Substring, exp.Left, exp.Right, exp.StartsWith, exp.Replace, exp.Concat, exp.Pad,
    exp.Year, exp.Month, exp.Day,
)  # fmt: skip
CAST_TO = ("DATE", "TIMESTAMP", "VARCHAR", "TEXT", "DOUBLE", "BIGINT", "INT", "BOOLEAN")

# Functions with a name of our own: number of arguments, and the SQL they stand for.
OWN: dict[str, tuple[tuple[int, ...], str]] = {
    "number": ((1,), "try_cast(replace(replace(cast({0} as varchar), ' ', ''), ',', '.') as double)"),
    "whole": ((1,), "try_cast(cast({0} as varchar) as bigint)"),
    "as_day": ((1, 2), "cast(try_strptime(cast({0} as varchar), {1}) as date)"),
    "days_between": ((2,), "date_diff('day', cast({0} as date), cast({1} as date))"),
    "add_days": ((2,), "cast(cast({0} as date) + cast({1} as integer) as date)"),
    "add_months": ((2,), "cast(cast({0} as date) + to_months(cast({1} as integer)) as date)"),
    "years_between": ((2,), "date_sub('year', cast({0} as date), cast({1} as date))"),
    "text": ((1,), "cast({0} as varchar)"),
    "matches": ((2,), "regexp_full_match({0}, {1})"),
    "part": ((3,), "nullif(split_part({0}, {1}, {2}), '')"),
}
SPELLED = {exp.Lower: "lower", exp.Upper: "upper", exp.Coalesce: "coalesce"}


@dataclass(frozen=True)
class Expression:
    """A checked expression: its text, the names it speaks of, and how it reads in DuckDB's SQL."""

    text: str
    names: tuple[str, ...]
    tree: exp.Expression

    def sql(self, names: Mapping[str, str] | Callable[[str], str] | None = None) -> str:
        """SQL in DuckDB's dialect; each name is replaced by what `names` gives for it, or kept."""
        resolve = names if callable(names) else (names or {}).get

        def change(node: exp.Expression) -> exp.Expression:
            if isinstance(node, exp.Column):
                found = resolve(node.name)
                return exp.Var(this=found if found is not None else quoted(node.name))
            if isinstance(node, exp.Anonymous):
                name, arguments = node.name.lower(), [a.sql(dialect="duckdb") for a in node.expressions]
                if name == "as_day" and len(arguments) == 1:
                    return exp.Var(this=f"try_cast({arguments[0]} as date)")
                return exp.Var(this=OWN[name][1].format(*arguments))
            return node

        return bottom_up(self.tree.copy(), change).sql(dialect="duckdb")


def parse(text: str, *, where: str = "", known: Collection[str] | None = None) -> Expression:
    """Parse and check an expression.

    Parameters
    ----------
    text
        For example `direction = 'in' and days_between(applied_on, decided_on) <= 30`.
    where
        File and key, for the message.
    known
        The names that may stand in it; any name if not given.

    Raises
    ------
    PackError
        It is no expression, it uses something outside the language, or a name nobody knows.
    """
    try:
        trees = sqlglot.parse(str(text), read="duckdb")
    except sqlglot.errors.SqlglotError as wrong:
        first = (wrong.errors or [{}])[0] if hasattr(wrong, "errors") else {}
        place = f", near '{first['highlight']}'" if first.get("highlight") else ""
        raise PackError(f"This is not an expression: {text!r}{place}.", where=where, fix="write one condition or value, as in `direction = 'in' and age >= 18`") from None
    if len(trees) != 1 or trees[0] is None:
        raise PackError(f"One expression is wanted, not {len([t for t in trees if t])}: {text!r}.", where=where, fix="write one condition or value, without `;`")
    tree = bottom_up(trees[0], own_again)  # type: ignore[arg-type]
    names = set()
    for node in tree.walk():
        check(node, text=str(text), where=where)  # type: ignore[arg-type]
        if isinstance(node, exp.Column):
            names.add(node.name)
            if known is not None and node.name not in known:
                raise PackError(f"'{node.name}' is no name that an expression here may use: {text!r}.", where=where, fix=nearest(node.name, list(known)) or f"use one of {', '.join(sorted(known)[:12])}")
    return Expression(str(text), tuple(sorted(names)), tree)


def to_duckdb(text: str, names: Mapping[str, str] | Callable[[str], str] | None = None, *, where: str = "", known: Collection[str] | None = None) -> str:
    """Parse, check and translate in one go. `names` says what each name reads as.

    >>> to_duckdb("days_between(a, b) > 30", {"a": "t.a", "b": "t.b"})
    "date_diff('day', cast(t.a as date), cast(t.b as date)) > 30"
    """
    return parse(text, where=where, known=known).sql(names)


def check(node: exp.Expression, *, text: str, where: str) -> None:
    """Raise PackError for a node that the language does not have."""
    if isinstance(node, exp.Column):
        if node.args.get("table"):
            raise PackError(f"A name may have no dot: '{node.sql()}' in {text!r}.", where=where, fix=f"write `{node.name}`")
        return
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        if name not in OWN:
            raise refused(f"function `{node.name}`", text, where, nearest(name, list(OWN)))
        if len(node.expressions) not in OWN[name][0]:
            raise PackError(f"`{name}` takes {' or '.join(map(str, OWN[name][0]))} values, not {len(node.expressions)}: {text!r}.", where=where, fix="see docs/reference/expressions.md")
        return
    if isinstance(node, exp.Cast | exp.TryCast):
        if node.to.sql(dialect="duckdb").upper() not in CAST_TO:
            raise refused(f"type `{node.to.sql(dialect='duckdb')}`", text, where, "")
        return
    if isinstance(node, exp.DataType) or type(node) in PLAIN:
        if isinstance(node, exp.In) and not isinstance(node.args.get("query"), type(None)):
            raise refused("a subquery", text, where, "")
        return
    if isinstance(node, exp.Var):    # units and the like inside functions that are on the list
        return
    raise refused(f"`{node.key}`", text, where, "")


def refused(thing: str, text: str, where: str, hint: str) -> PackError:
    return PackError(f"The expression language has no {thing}: {text!r}.", where=where, fix=hint or "see docs/reference/expressions.md for what it has")


def quoted(name: str) -> str:
    """A name as an identifier of SQL, whatever stands in it.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """A text as a literal of SQL.

    >>> literal("O'Neil"), literal(None)
    ("'O''Neil'", 'NULL')
    """
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


def own_again(node: exp.Expression) -> exp.Expression:
    """A function of ours that the parser took for one of its own."""
    if isinstance(node, exp.AddMonths):
        return exp.Anonymous(this="add_months", expressions=[node.this, node.expression])
    return node


def bottom_up(node: exp.Expression, change: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
    """The tree with every node changed, children first."""
    for key, value in list(node.args.items()):
        if isinstance(value, exp.Expression):
            node.set(key, bottom_up(value, change))
        elif isinstance(value, list):
            node.set(key, [bottom_up(v, change) if isinstance(v, exp.Expression) else v for v in value])
    return change(node)
