"""The third stage on Apache Spark: pairs are found, compared and scored on its workers; the rest of linkage stays in one place.

Splink runs on Spark as it does on DuckDB, with the same blocks, parameters and frequencies. What decides the level of a comparison is not translated: each worker
evaluates the same SQL with a DuckDB of its own, over the batches of Arrow that Spark hands it, and reads doubtful names again with the same `compare_names`. So the scores are the same.
Names to skeletons, numbers, learning, clusters and person numbers need the whole at once or little time, and run where the command runs.

Workers need this package and a folder that they and the command see under one path: that of the workspace.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.linkage.comparisons import COMPARISONS, MISSING, OTHER, Comparison, splink_comparisons
from karvan.linkage.model import FREQUENCIES, Parameters, keep_scores, new_settings
from karvan.linkage.opinion import ASKED_FROM, OPINIONS, doubted, read_again, weigh
from karvan.workspace.spark import needs_spark, session

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

HERE = Path(__file__).parent
NODES_AT_ONCE = 50_000      # nodes for one task


def predict_on_spark(master: str, folder: Path) -> Callable[..., None]:
    """What stands for `karvan.linkage.model.predict` on a cluster (`local[*]`, `spark://host:7077`, `yarn`, ...). Between the two, tables lie in `folder`, and are gone afterwards."""

    def predict(con: duckdb.DuckDBPyConnection, model: Parameters, prior: float, *, counted: int, floor: float, only: str = "") -> None:
        needs_spark()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="spark-") as place:
            tables = hand_over(con, Path(place), counted=counted)
            settings = new_settings(on_workers(splink_comparisons(model, counted=counted)), prior, only)
            [(nodes,)] = con.sql("select count(*) from blocked").fetchall()
            score(tables, Path(place), settings, min(floor, ASKED_FROM), master=master, nodes=nodes)
            keep_scores(con, f"read_parquet('{place}/scored/*.parquet')")
            con.execute(OPINIONS)
            con.execute(f"insert into opinions select a, b, level, score from read_parquet('{place}/opinions/*.parquet')")
        weigh(con, floor=floor)

    return predict


def hand_over(con: duckdb.DuckDBPyConnection, place: Path, *, counted: int) -> dict[str, str]:
    """Write `blocked` and the frequencies for the workers; returns the folder of each table."""
    names = ["blocked"]
    if counted:
        con.execute((HERE / "name_frequencies.sql").read_text(encoding="utf-8"))
        names += FREQUENCIES.values()
    for name in names:
        con.execute(f"copy {name} to '{place / name}' (format parquet, per_thread_output, row_group_size {NODES_AT_ONCE})")
    return {name: str(place / name) for name in names}


def score(tables: dict[str, str], place: Path, settings: Any, threshold: float, *, master: str, nodes: int) -> None:
    """Score the pairs of blocked nodes on Spark; writes `scored`, as Splink finds the pairs, and `opinions` on doubtful names."""
    from splink import Linker, SparkAPI

    spark = session(master, place, name="karvan link", more_parts=nodes // NODES_AT_ONCE)
    try:
        for name, path in tables.items():
            spark.read.parquet(path).createOrReplaceTempView(name)
        for comparison in COMPARISONS:
            spark.udf.register(f"level_of_{comparison.name}", level_on_worker(comparison))
        api = SparkAPI(spark_session=spark, register_udfs_automatically=False)
        linker = Linker(api.register(spark.table("blocked")), settings, log_level=None)
        for column, name in FREQUENCIES.items():
            if name in tables:
                linker.table_management.register_term_frequency_lookup(api.register(spark.table(name)), column)
        found = linker.inference.predict(threshold_match_probability=threshold)
        spark.table(found.physical_name).select("node_l", "node_r", "match_probability", "match_weight", "match_key").write.parquet(str(place / "scored"))
        spark.read.parquet(str(place / "scored")).createOrReplaceTempView("scored")
        asked = doubted("(select least(node_l, node_r) as a, greatest(node_l, node_r) as b from scored)", "blocked")
        asked = asked.replace(level_sql("name"), call("name"))
        spark.sql(asked).mapInArrow(opinions_on_worker, "a long, b long, level string, score double").write.parquet(str(place / "opinions"))
    finally:
        spark.stop()


def level_sql(name: str) -> str:
    return next(comparison.level_sql for comparison in COMPARISONS if comparison.name == name)


def call(name: str) -> str:
    """The call, in Spark's SQL, of the function that gives the level of a comparison."""
    comparison = next(comparison for comparison in COMPARISONS if comparison.name == name)
    return f"level_of_{name}({', '.join(arguments(comparison))})"


def arguments(comparison: Comparison) -> list[str]:
    return [f"{column}_{side}" for column in comparison.columns for side in "lr"]


def on_workers(comparisons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Splink's comparisons, with the levels that a worker finds instead of conditions in SQL."""
    codes = {comparison.name: [MISSING, *(level.code for level in comparison.levels), OTHER] for comparison in COMPARISONS}
    for comparison in comparisons:
        name = comparison["output_column_name"]
        for level, code in zip(comparison["comparison_levels"], codes[name], strict=True):
            if code != OTHER:
                level["sql_condition"] = f"{call(name)} = '{code}'"
    return comparisons


def level_on_worker(comparison: Comparison) -> Any:
    """A function of Spark that gives the level of pairs, batch by batch: the comparison's SQL, in the worker's own DuckDB."""
    from pyspark.sql.functions import ArrowUDFType, arrow_udf

    names, sql = arguments(comparison), comparison.level_sql

    def level(*columns: pa.Array) -> pa.Array:
        import pyarrow as pa

        con = worker()
        con.register("pairs", pa.table(dict(zip(names, columns, strict=True))))
        return con.sql(f"select {sql} as level from pairs").to_arrow_table()["level"].combine_chunks().cast(pa.string())

    return arrow_udf(level, "string", ArrowUDFType.SCALAR)


def opinions_on_worker(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Doubtful names of a partition, read again."""
    import pyarrow as pa

    for batch in batches:
        yield from read_again(pa.table(batch)).to_batches()


@cache
def worker() -> duckdb.DuckDBPyConnection:
    """The DuckDB of one worker process."""
    from karvan.workspace import new_connection

    con = new_connection(threads=1, memory="500MB")
    con.execute((HERE / "macros.sql").read_text(encoding="utf-8"))
    return con
