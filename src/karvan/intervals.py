"""Intervals, as SQL, so that a cube and its published cells have them by the same formula.

A Wilson interval speaks of chance: how far the share of a few cases may lie from what many like cases would give. The count behind it is
complete, and errors of records or of linkage are not in it. Rubin's rules speak of what was drawn: how far the value goes from draw to draw.

Source: Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
Statistical Association 22, 209-212; recommended for few cases by Brown, L. D., Cai, T. T. and DasGupta, A. (2001), "Interval
estimation for a binomial proportion", Statistical Science 16, 101-133.
"""

from __future__ import annotations

Z = 1.959963984540054  # of the normal distribution, for 95 per cent
STUDENT = (  # what each power of 1 / degrees of freedom adds to Z in Student's t (Abramowitz and Stegun 1964, 26.7.5)
    (Z**3 + Z) / 4,
    (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
    (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
    (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
)


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


def survival_interval_sql(longer: str, spread: str) -> tuple[str, str]:
    """SQL of the lower and the upper end of the 95 per cent interval of a share that lasts longer, by its logarithm.

    `longer` is SQL of the share by Kaplan and Meier, `spread` of the standard deviation of its logarithm by Greenwood's formula. Nothing is said above a share of 0.

    Source: Kalbfleisch, J. D. and Prentice, R. L. (2002), "The Statistical Analysis of Failure Time Data", 2nd edition, Wiley, 1.4; a quantile's interval are the durations at which both ends
    pass it: Brookmeyer, R. and Crowley, J. (1982), "A confidence interval for the median survival time", Biometrics 38, 29-41.

    >>> import duckdb
    >>> duckdb.connect().sql("select " + ", ".join(f"round({end}, 3)" for end in survival_interval_sql("0.5", "0.2"))).fetchall()
    [(0.338, 0.74)]
    """
    return f"({longer} * exp(-{Z!r} * coalesce({spread}, 0)))", f"(case when {longer} > 0 then least({longer} * exp({Z!r} * coalesce({spread}, 0)), 1) end)"


def student_sql(share: str) -> str:
    """SQL of the 97.5 per cent quantile of Student's t, by 1 / degrees of freedom; 0 is the normal distribution. Good to 0.001 from 4 degrees on.

    Source: Abramowitz, M. and Stegun, I. A. (1964), "Handbook of Mathematical Functions", 26.7.5.

    >>> import duckdb
    >>> duckdb.connect().sql("select " + ", ".join(f"round({student_sql(one)}, 3)" for one in ("1 / 4", "1 / 19", "0"))).fetchall()
    [(2.776, 2.093, 1.96)]
    """
    return f"({Z!r}" + "".join(f" + {term!r} * pow({share}, {power})" for power, term in enumerate(STUDENT, start=1)) + ")"


def rubin_sql(draws: str, between: str, within: str) -> str:
    """SQL of half the width of the 95 per cent interval around the mean of draws (multiple imputation).

    `between` is the variance of the value between draws, `within` the mean sampling variance inside a draw, 0 for a complete count.
    The total variance is within + (1 + 1/m) between, the degrees of freedom (m - 1) (1 + within / ((1 + 1/m) between))^2.

    Source: Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", Wiley, section 3.1.

    >>> import duckdb
    >>> duckdb.connect().sql("select " + ", ".join(f"round({rubin_sql('20', b, w)}, 2)" for b, w in (("4.0", "0"), ("0", "4.0"), ("4.0", "4.0"), ("0", "0")))).fetchall()
    [(4.29, 3.92, 5.71, 0.0)]
    """
    spread = f"((1 + 1.0 / {draws}) * ({between}))"
    total = f"({spread} + ({within}))"
    return f"{student_sql(f'(coalesce(pow({spread} / nullif({total}, 0), 2), 0) / ({draws} - 1))')} * sqrt({total})"


def student_t(degrees: int) -> float:
    """The 97.5 per cent quantile of Student's t with so many degrees of freedom; infinite for none.

    From 4 degrees on by the expansion of `student_sql`, below from the table (Abramowitz and Stegun 1964, 26.10).

    >>> [round(student_t(n), 3) for n in (1, 2, 3, 4, 19)]
    [12.706, 4.303, 3.182, 2.776, 2.093]
    """
    if degrees < 4:
        return (float("inf"), 12.7062, 4.3027, 3.1824)[max(degrees, 0)]
    return Z + sum(term / degrees**power for power, term in enumerate(STUDENT, start=1))
