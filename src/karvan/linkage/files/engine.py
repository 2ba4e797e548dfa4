"""The engine of a linkage of files, and where it may write."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from karvan.errors import DataError, SetupError

if TYPE_CHECKING:
    import duckdb

ENDINGS = ("", ".parquet", ".pq", ".csv")


def check_two(a: Path, b: Path | None) -> None:
    """Raises DataError where both sides are one file: every row would be its own match, and say nothing."""
    if b is not None and a.exists() and b.exists() and a.samefile(b):
        raise DataError("Both sides are the same file.", where=str(a), fix="give it once to find its duplicates, or give another file beside it")


def check_out(out: Path, read: Iterable[Path | None]) -> None:
    """Raises SetupError where what is made would be written over what is read, into no folder, or over one."""
    if not out.resolve().parent.is_dir():
        raise SetupError("There is no such folder.", where=str(out.parent), fix="make it, or write elsewhere")
    if out.is_dir():
        raise SetupError("A folder stands where the file would be written.", where=str(out), fix="give the name of a file in it")
    if out.exists() and any(path is not None and path.exists() and out.samefile(path) for path in read):
        raise SetupError("What is made would be written over a file that is read.", where=str(out), fix="give it another name")


def check_ending(out: Path) -> None:
    """Raises SetupError where the ending of the links' name is of neither format."""
    if out.suffix.lower() not in ENDINGS and out.suffix[1:].isalpha():
        raise SetupError(f"Links are not written as `{out.suffix}`.", where=str(out), fix="let the name end in .parquet or .csv")


@contextlib.contextmanager
def engine(beside: Path, memory: str, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with its tables in a file, in a folder of its own that goes afterwards, so that they need not fit in memory."""
    import duckdb

    if not re.fullmatch(r"\d+(\.\d+)? ?[KMGT]i?B", memory):
        raise SetupError(f"`{memory}` is no size of memory.", where="--memory", fix="write it as 4GB or 500MB")
    try:
        working = tempfile.TemporaryDirectory(prefix=".karvan-link-", dir=beside)
    except OSError:
        raise SetupError("Nothing can be written to this folder.", where=str(beside), fix="write the links to another, or ask for the right to write there") from None
    with working as folder:
        config: dict[str, Any] = {"autoinstall_known_extensions": False, "memory_limit": memory, "temp_directory": f"{folder}/spill"}
        if threads:
            config["threads"] = threads
        con = duckdb.connect(f"{folder}/work.duckdb", config=config)
        try:
            con.execute("set enable_progress_bar = false")
            yield con
        except duckdb.OutOfMemoryException:
            raise SetupError(f"{memory} of memory are too little for these files.", where="--memory", fix="give more, or lower `largest` in the configuration") from None
        finally:
            con.close()
