"""What published figures were on earlier days, and provisional migrations: made safe, for publication."""

from __future__ import annotations

from karvan.tables.declaration import Column, Table
from karvan.tables.derived import DIMENSIONS

REVISIONS = (
    Table(
        "safe_vintages", "derived", "revisions", "one total of one indicator in one vintage",
        "What a published total would have been on earlier days, with what had been delivered by then: rounded as the same cell of safe_cubes is.",
        (
            Column("indicator", "text", "id of the indicator", null="never", sensitivity="P0"),
            Column("vintage_on", "day", "last day whose deliveries were known", null="never", sensitivity="P0"),
            Column("period", "text", "reference period", null="never", sensitivity="P0"),
            *(Column(d, "text", f"dimension {d}: total, but for the series (kind) and the method", null="not a dimension of this indicator", sensitivity="P0") for d in DIMENSIONS),
            Column("value", "real", "the value as it would have been published", null="withheld or missing", sensitivity="P0"),
            Column("unit", "text", "unit", null="never", sensitivity="P0"),
            Column("obs_status", "text", "as in safe_cubes", null="never", sensitivity="P0"),
            Column("dated_on", "day", "day from which the delay of a vintage counts: of a stock on the first day of its period, the day before", null="the end of the period", sensitivity="P0"),
            Column("treatment", "text", "what disclosure control did to this cell", null="never", values=("none", "rounded", "from_rounded", "withheld", "public_source"), sensitivity="P0"),
        ),
        key=("indicator", "vintage_on", "period", *DIMENSIONS),
    ),
    Table(
        "safe_provisional", "derived", "revisions", "one year or month of migrations that UR-12/16 has not decided whole",
        "Migrations decided, and expected of the crossings that are not decided, with a standard error; rounded.",
        (
            Column("indicator", "text", "id of the indicator whose migrations these are", null="never", sensitivity="P0"),
            Column("period", "text", "year or month", null="never", sensitivity="P0"),
            Column("decided", "real", "migrations decided, rounded", null="never", unit="persons", sensitivity="P0"),
            Column("open", "real", "crossings not decided, rounded", null="withheld: fewer than the policy's least denominator", unit="crossings", sensitivity="P0"),
            Column("value", "real", "decided and expected, rounded", null="never", unit="persons", sensitivity="P0"),
            Column("standard_error", "real", "standard error of the value before rounding, up to the next whole person", null="as `open`", unit="persons", sensitivity="P0"),
            Column("low", "real", "lower end of the 95 per cent interval round the rounded value, widened by what rounding can do", null="as `open`", unit="persons", sensitivity="P0"),
            Column("high", "real", "its upper end", null="as `open`", unit="persons", sensitivity="P0"),
            Column("final_on", "day", "day through which crossings must be delivered for UR-12/16 to decide the whole period", null="never", sensitivity="P0"),
            Column("known_on", "day", "day through which crossings were delivered", null="never", sensitivity="P0"),
        ),
        key=("indicator", "period"),
    ),
)
