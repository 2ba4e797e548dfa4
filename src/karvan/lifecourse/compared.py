"""Other residence rules over the same stays, side by side with UR-12/16.

UR-12/12 and UR-6/12 decide the same crossings by other numbers of days. UR-SOL asks no crossing: it asks in how many kinds of record a person shows a sign of life in a year, weighs them,
and takes the person as resident in the years whose score is at least one half. The weights are those of a logistic regression on the years that UR-12/16 has decided; how far its
population is from that of UR-12/16 is measured on people that the weights were not fitted on.

Source: Maasing, E., Tiit, E.-M. and Vähi, M. (2017), "Residency index – a tool for measuring the population size", Acta et Commentationes Universitatis Tartuensis de Mathematica 21 (weighted signs
of life); Zhang, L.-C. and Dunne, J. (2018), "Trimmed dual system estimation", in Capture-Recapture Methods for the Social and Medical Sciences (populations made of signs of life).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from karvan.lifecourse import sql
from karvan.lifecourse.residence import rule_named

if TYPE_CHECKING:
    import duckdb

SIGNS = ("border", "registration of stay", "permit", "contract", "services, documents and civil acts", "cases and decisions", "population register")
SIGNS_OF_LIFE = "UR-SOL"
RESIDENT_FROM = 0.5      # score from which a year is one of residence


def compare_rules(con: duckdb.DuckDBPyConnection, rules: tuple[str, ...], *, decide: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """Add the spells of other rules to `residence_made`, on a connection on which the life courses have just been made; returns what was measured.

    `decide` runs a rule over the crossings of the connection. People whom no crossing saw are residents by register under every rule of crossings. The spells carry no countries and
    no reason.
    """
    by_crossings(con, rules, decide=decide, facts=facts)
    if SIGNS_OF_LIFE not in rules:
        return {}
    sql.make(con, "signs", "signs.sql", **facts)
    sql.make(con, "counted_signs", "counted_signs.sql")
    con.execute("create or replace temp view whole_counted_signs as from counted_signs")
    measured = weigh_signs(con, facts)
    add_years(con)
    return {SIGNS_OF_LIFE: measured}


def by_crossings(con: duckdb.DuckDBPyConnection, rules: tuple[str, ...], *, decide: Any, facts: dict[str, Any]) -> None:
    """Add the spells of the rules that decide the same crossings by other numbers of days."""
    columns = "person_id, from_on, to_on, rule, basis, final_on, decided_by, ended_by"
    for name in rules:
        if name == SIGNS_OF_LIFE:
            continue
        decide(con, facts["observed_until"], rule_named(name))
        con.execute("insert into open_decisions select person_id, final_on from decisions where undecided")
        sql.make(con, "decided_spells", "decided_spells.sql", **facts | {"rule": name})
        con.execute(f"insert into residence_made by name select {columns} from decided_spells")
        con.execute(
            f"insert into residence_made by name select {columns.replace('rule', repr(name) + ' as rule')} from residence_made "
            "where rule = 'UR-12/16' and person_id not in (select person_id from moves)"
        )


def weigh_signs(con: duckdb.DuckDBPyConnection, facts: dict[str, Any]) -> dict[str, Any]:
    """Estimate the weights from `whole_counted_signs`: makes `patterns_resident` (signs that make a year one of residence) and `years_told` (the first and the last).

    Returns the weights, and the over- and undercoverage against UR-12/16 among people they were not fitted on.
    """
    until: date = facts["observed_until"]
    con.execute("create or replace temp table years_told as select min(year) as first_year, max(year) as last_year from whole_counted_signs")
    patterns = con.execute(
        "select signs, before, half, coalesce(sum(n) filter (year < $1), 0)::bigint as n, coalesce(sum(n) filter (year < $1 and holds), 0)::bigint as residents "
        "from whole_counted_signs group by all order by all", [until.year - 1]
    ).fetchnumpy()  # fmt: skip
    shown = np.array([[(s >> bit) & 1 for bit in range(len(SIGNS))] + [(b >> bit) & 1 for bit in range(len(SIGNS))] for s, b in zip(patterns["signs"], patterns["before"], strict=True)], float)
    n, residents, half = (np.asarray(patterns[name], float) for name in ("n", "residents", "half"))
    if not len(n) or not n.sum():
        _keep_patterns(con, [])
        return {"fitted_on": 0}
    halves = [fit(shown, n * side, residents * side) for side in (half, 1 - half)]
    scored = np.where(half == 1, score(shown, halves[1]), score(shown, halves[0]))        # each person by the weights of the others
    taken = scored >= RESIDENT_FROM
    ours, theirs, both = (n * taken).sum(), residents.sum(), (residents * taken).sum()
    weights = fit(shown, n, residents)
    found = score(shown, weights) >= RESIDENT_FROM
    _keep_patterns(con, sorted({(int(s), int(b)) for s, b, yes in zip(patterns["signs"], patterns["before"], found, strict=True) if yes}))
    return {
        "fitted_on": int(n.sum()),
        "overcoverage": float(1 - both / ours) if ours else 0.0,
        "undercoverage": float(1 - both / theirs) if theirs else 0.0,
        "weights": {name: [round(float(w), 3) for w in pair] for name, *pair in zip(SIGNS, weights[1 : 1 + len(SIGNS)], weights[1 + len(SIGNS) :], strict=True)},
    }


def weigh_nothing(con: duckdb.DuckDBPyConnection) -> None:
    """No signs make a year one of residence: UR-SOL is not asked for."""
    _keep_patterns(con, [])


def add_years(con: duckdb.DuckDBPyConnection) -> None:
    """Add the spells of UR-SOL to `residence_made`."""
    con.execute(f"insert into residence_made by name {sql.text_of('years_of_signs.sql')}")


def _keep_patterns(con: duckdb.DuckDBPyConnection, patterns: list[tuple[int, int]]) -> None:
    con.execute(
        "create or replace temp table patterns_resident as select unnest($s::bigint[]) as signs, unnest($b::bigint[]) as before", {"s": [s for s, _ in patterns], "b": [b for _, b in patterns]}
    )


def fit(shown: np.ndarray, n: np.ndarray, residents: np.ndarray, *, ridge: float = 1.0) -> np.ndarray:
    """Weights of a logistic regression (the first is the constant) over patterns that `n` person-years show and `residents` of them are resident.

    Newton's method with a ridge, so that a sign that everybody or nobody shows does no harm.

    >>> weights = fit(np.array([[0.0], [1.0]]), np.array([100.0, 100.0]), np.array([10.0, 90.0]), ridge=1e-6)
    >>> [round(float(w), 2) for w in weights]
    [-2.2, 4.39]
    """
    x = np.column_stack([np.ones(len(shown)), shown])
    weights = np.zeros(x.shape[1])
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        step = np.linalg.solve(x.T @ (x * (n * p * (1 - p))[:, None]) + penalty + 1e-9 * np.eye(len(weights)), x.T @ (residents - n * p) - penalty @ weights)
        weights = weights + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-8:
            break
    return weights


def score(shown: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(weights[0] + shown @ weights[1:])))
