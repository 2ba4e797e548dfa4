"""Published series without their season, and what was done with each."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table
from karvan.tables.derived import DIMENSIONS

VERDICTS = ("adjusted", "too_short", "gap", "constant", "too_small", "no_identifiable_season", "season_left", "poor_quality", "program_failed", "program_missing")
_CELL = (
    Column("indicator", "text", "id of the indicator", null="never", sensitivity="P0"),
    *(Column(d, "text", f"dimension {d}", null="not a dimension of this indicator", sensitivity="P0") for d in DIMENSIONS),
)
_NONE = "the program did not run, or could not tell"


def _said(name: str, meaning: str) -> Column:
    return Column(name, "real", meaning, null=_NONE, sensitivity="P0")


SEASONAL = (
    Table(
        "seasonal_series", "derived", "seasonal", "one published series of one indicator", "What was done with a series, and why: the verdict of seasonal adjustment and the program's own statistics.",
        (
            *_CELL,
            Column("frequency", "text", "kind of its periods", null="never", values=("month", "quarter"), sensitivity="P0"),
            Column("first_period", "text", "first period", null="never", sensitivity="P0"),
            Column("last_period", "text", "last period", null="never", sensitivity="P0"),
            Column("periods", "whole", "periods", null="never", unit="periods", sensitivity="P0"),
            Column("verdict", "text", "`adjusted`, or why it is not: shorter than three years; a period missing or withheld; always the same; so small that rounding hides a season; no season identified; a season left after adjustment; quality control failed (Q at 1 or above); the program gave up; the program is not installed", null="never", values=VERDICTS, sensitivity="P0"),
            Column("detail", "text", "the program's own words where it gave up", null="it did not", sensitivity="P0"),
            Column("composition", "text", "how the components are put together", null=_NONE, values=("multiplicative", "additive"), sensitivity="P0"),
            Column("model", "text", "ARIMA model, as (p d q)(P D Q)", null=_NONE, sensitivity="P0"),
            Column("effects", "text", "calendar effects and outliers in the model", null="none", sensitivity="P0"),
            _said("f_stable", "F of stable seasonality (table D8)"), _said("f_moving", "F of moving seasonality"), _said("kruskal_wallis", "Kruskal and Wallis' test of stable seasonality"),
            _said("qs_original", "chance of so strong a season, were there none: QS test of the series"), _said("qs_adjusted", "the same of the adjusted series"),
            *(_said(f"m{n}", f"M{n} of Lothian and Morry (1978); good below 1") for n in range(1, 12)),
            _said("q", "Q, their weighted mean; the program accepts below 1"),
            Column("engine", "text", "program and version", null="not installed", sensitivity="P0"),
            Column("vintage", "text", "as in safe_cubes", null="never", sensitivity="P0"),
        ),
        key=("indicator", "frequency", *DIMENSIONS),
    ),
    Table(
        "seasonal_values", "derived", "seasonal", "one period of one series that is adjusted", "Published figures without season and calendar effects. Every period may change when a new one comes.",
        (
            *_CELL[:1],
            Column("period", "text", "reference period", null="never", sensitivity="P0"),
            *_CELL[1:],
            Column("value", "real", "the figure as published", null="never", sensitivity="P0"),
            Column("adjusted", "real", "the figure without season and calendar effects", null="never", sensitivity="P0"),
            Column("trend", "real", "trend and cycle", null="never", sensitivity="P0"),
            Column("seasonal", "real", "the season: a factor, or a difference where the composition is additive", null="never", sensitivity="P0"),
            Column("calendar", "real", "effects of days of the week and moving feasts, likewise", null="none in the model", sensitivity="P0"),
            Column("unit", "text", "unit", null="never", sensitivity="P0"),
            Column("vintage", "text", "as in safe_cubes", null="never", sensitivity="P0"),
            Column("obs_status", "text", "as in safe_cubes", null="never", sensitivity="P0"),
        ),
        key=("indicator", "period", *DIMENSIONS),
    ),
)
