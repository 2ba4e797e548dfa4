"""The three rules in Polars, as one would write them without loops:  with_polars.py CROSSINGS FOLDER

Simpler than the rules: a crossing counts as a migration by the days on its new side alone, without the status that the crossing before it left;
and a day of exit and return counts twice.
"""

import sys
from pathlib import Path

import polars as pl

UNTIL = 21_000    # a last day after all crossings


def main(path: str, out: Path) -> None:
    c = pl.col
    moves = (
        pl.scan_parquet(path)
        .select("person_id", "crossed_at", inward=c("direction") == "in")
        .sort("person_id", "crossed_at")
        .with_columns(
            day=c("crossed_at").dt.date().cast(pl.Int32).cast(pl.Int64),
            first=(c("person_id") != c("person_id").shift()).fill_null(True),
            last=(c("person_id") != c("person_id").shift(-1)).fill_null(True),
        )
        .with_columns(code=c("first").cum_sum().cast(pl.Int64), next_day=c("day").shift(-1))
        .drop("crossed_at")
        .collect()
    )
    stays = (
        moves.lazy()
        .filter(c("inward") | c("first"))
        .select(
            "person_id",
            "code",
            entered_on=pl.when("inward").then("day"),
            left_on=pl.when(~c("inward")).then("day").when(~c("last")).then("next_day"),
        )
        .with_columns(spell_no=pl.int_range(pl.len()).over("code") + 1, closed_by=pl.when(c("left_on").is_null()).then(pl.lit("censored")).otherwise(pl.lit("exit")))
        .collect()
    )
    stays.drop("code").write_parquet(out / "stays.parquet", compression="zstd")

    # Days inside up to each crossing, and in the 487 days from it, by look-up in the crossings of all people laid end to end.
    placed = moves.lazy().with_columns(
        key=c("code") * 100_000 + c("day"),
        inside=pl.when(c("inward") & ~c("last")).then(c("next_day") - c("day")).otherwise(0).cum_sum().shift(fill_value=0),
    )
    at = placed.select("key", at_code="code", at_day="day", at_inside="inside", at_inward="inward")
    residence = (
        placed.with_columns(end=c("key") + 486)
        .join_asof(at, left_on="end", right_on="key", check_sortedness=False)
        .with_columns(spent=c("at_inside") - c("inside") + pl.when("at_inward").then(c("day") + 487 - c("at_day")).otherwise(0))
        .filter(pl.when("inward").then("spent").otherwise(487 - c("spent")) >= 365)
        .select("person_id", "inward", "day")
        .collect()
    )
    residence.write_parquet(out / "residence.parquet", compression="zstd")

    # Most days in any 180, on days of exit.
    counted = (
        stays.lazy()
        .select("person_id", "code", a=c("entered_on").fill_null(c("left_on")), b=c("left_on").fill_null(UNTIL))
        .with_columns(total=(c("b") - c("a") + 1).cum_sum())
        .with_columns(key=c("code") * 100_000 + c("b"), start=c("code") * 100_000 + c("b") - 179)
    )
    oldest = counted.select("key", old_a="a", before=c("total").shift(fill_value=0))
    over = (
        counted.join_asof(oldest, left_on="start", right_on="key", strategy="forward", check_sortedness=False)
        .with_columns(used=c("total") - c("before") - pl.max_horizontal(pl.lit(0), c("b") - 179 - c("old_a")))
        .group_by("person_id")
        .agg(max_days=c("used").max())
        .collect()
    )
    over.write_parquet(out / "over.parquet", compression="zstd")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
