"""Confidence intervals of shares, as SQL, so that a cube and its published cells have them by the same formula.

An interval speaks of chance: how far the share of a few cases may lie from what many like cases would give. The count behind it is
complete, and errors of records or of linkage are not in it.

Source: Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
Statistical Association 22, 209-212; recommended for few cases by Brown, L. D., Cai, T. T. and DasGupta, A. (2001), "Interval
estimation for a binomial proportion", Statistical Science 16, 101-133.
"""

from __future__ import annotations

Z = 1.959963984540054  # of the normal distribution, for 95 per cent


def wilson_sql(above: str, below: str, times: float) -> tuple[str, str]:
    """SQL of the lower and the upper end of the 95 per cent Wilson score interval of `times` * above / below.

    `above` and `below` are SQL of counts, `above` a part of `below`. Both ends are null where there is nothing below.

    >>> import duckdb
    >>> duckdb.connect().sql("select " + ", ".join(f"round({end}, 2)" for end in wilson_sql("8.0", "10.0", 100))).fetchall()
    [(49.02, 94.33)]
    """
    share, cases = f"(({above}) / nullif({below}, 0))", f"nullif({below}, 0)"
    middle = f"({share} + {Z**2 / 2!r} / {cases})"
    half = f"{Z!r} * sqrt(greatest({share} * (1 - {share}), 0) / {cases} + {Z**2 / 4!r} / pow({cases}, 2))"
    low, high = (f"{times!r} * ({middle} {sign} {half}) / (1 + {Z**2!r} / {cases})" for sign in "-+")
    return f"greatest({low}, 0)", f"least({high}, {times!r})"
