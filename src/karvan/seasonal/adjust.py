"""Which series is adjusted, and why another is not.

A series is adjusted if it has three years, no gap, a season on which two tests agree (the program's combined test of F and Kruskal-Wallis statistics, and QS), and if what comes out has no season left and passes the program's own control of quality (Q below 1).

Source: Eurostat (2015), "ESS guidelines on seasonal adjustment", items 2.1 and 4.3 (adjust only what has an identifiable season; no residual season), 5.1 (length); thresholds of Q: Ladiray and Quenneville (2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from karvan.country.calendar import Calendar
from karvan.seasonal.effects import feast_regressors
from karvan.seasonal.published import Series, place_of
from karvan.seasonal.x13 import Adjustment, run

LEAST_YEARS = 3
LEAST_MEAN = 25           # of counts: below five times the base of rounding, what moves from month to month is the rounding
SEASON_LEVEL = 0.05       # a season is there where the combined test of the program says so and a QS test agrees at this level
RESIDUAL_LEVEL = 0.01     # a season is left where a test of the adjusted series says so at this level
M = tuple(f"f3.m{n:02d}" for n in range(1, 12))


@dataclass(frozen=True)
class Verdict:
    """What became of a series: `reason` is `adjusted`, or why it is not; `detail` the program's words where it failed."""

    series: Series
    reason: str
    found: Adjustment | None = None
    detail: str = ""
    looked_for_model: bool = True

    @property
    def adjusted(self) -> bool:
        return self.reason == "adjusted"


def adjust(series: Series, calendar: Calendar | None = None, feasts: Sequence[str] = (), *, flow: bool = True) -> Verdict:
    """Adjust one series, or say why not.

    `flow`: what is counted over the period, for which days of the week can matter; not what stands at its end. Raises SetupError where the program is not there.
    """
    known = [value for value in series.values if value is not None]
    if len(series.values) < LEAST_YEARS * series.frequency:
        return Verdict(series, "too_short")
    if len(known) < len(series.values) or not consecutive(series):
        return Verdict(series, "gap")
    if max(known) == min(known):
        return Verdict(series, "constant")
    if series.counted and sum(known) / len(known) < LEAST_MEAN:
        return Verdict(series, "too_small")
    regressors = feast_regressors(calendar, feasts, start=series.start, periods=len(known) + series.frequency, frequency=series.frequency) if calendar else {}
    looked = True
    found = run(known, start=series.start, frequency=series.frequency, regressors=regressors, trading_days=flow)
    if isinstance(found, str):     # a series of few and small figures may have no model of its own
        looked, found = False, run(known, start=series.start, frequency=series.frequency, look_for_model=False)
    if isinstance(found, str):
        return Verdict(series, "program_failed", detail=found)
    return Verdict(series, judged(found), found, looked_for_model=looked)


def judged(found: Adjustment) -> str:
    """`adjusted`, or what speaks against it in the program's own statistics."""
    if found.said.get("f2.idseasonal") != "yes" or not any(p < SEASON_LEVEL for p in chances(found, "qsori", "qsorievadj")):
        return "no_identifiable_season"
    if any(p < RESIDUAL_LEVEL for p in chances(found, "qssadj", "qssadjevadj")):
        return "season_left"
    q = found.number("f3.q")
    return "poor_quality" if q is None or q >= 1 else "adjusted"


def chances(found: Adjustment, *tests: str) -> list[float]:
    """Chances of a result as strong, were there no season, of the tests that the program could make: of the series, and of the series without outliers."""
    return [p for name in tests if (p := found.number(name, 1)) is not None]


def consecutive(series: Series) -> bool:
    """Whether each period follows the one before it."""
    places = [year * series.frequency + part for year, part in map(place_of, series.periods)]
    return places == list(range(places[0], places[0] + len(places)))


def statistics(found: Adjustment) -> Mapping[str, float | None]:
    """The program's statistics by the names of `seasonal_series`."""
    return {
        "f_stable": found.number("f2.fsd8"), "f_moving": found.number("f2.msf"), "kruskal_wallis": found.number("f2.kw"), "q": found.number("f3.q"),
        "qs_original": found.number("qsori", 1), "qs_adjusted": found.number("qssadj", 1), **{f"m{n}": found.number(name) for n, name in enumerate(M, start=1)},
    }  # fmt: skip
