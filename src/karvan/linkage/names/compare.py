"""Scores for pairs of names."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from karvan.errors import DataError
from karvan.linkage.names.evidence import WIDTH_OF_EVIDENCE
from karvan.linkage.names.model import NameModel, shipped
from karvan.linkage.names.trees import score

AT_ONCE = 4096      # pairs that one thread takes up
BATCH = 65_536      # pairs whose letters are in memory together
READ = 400          # characters of a name that reach the reader, which reads the first 200 after composition


def compare_names(a: Sequence[str | None], b: Sequence[str | None], *, model: NameModel | None = None) -> np.ndarray:
    """How likely each pair of names is one person's, by the names alone.

    Parameters
    ----------
    a, b
        Names as written, in any script and order; name k of `a` is compared with name k of `b`. None is an unknown name.
    model
        Another model than the shipped one.

    Returns
    -------
    numpy.ndarray
        A score from 0 to 1 for each pair: the probability, where one pair in three is the same person. 0 where a name has no letters.
        The order of `a` and `b` does not matter; equal input gives equal output on every machine.

    Raises
    ------
    DataError
        The two sides differ in length, or hold something that is no text.

    Examples
    --------
    >>> scores = compare_names(["Əliyeva Leyla Rasim qızı", "Əliyeva Leyla"], ["Алиева, Лейла Расимовна", "Həsənov Elnur"])
    >>> [bool(s > 0.5) for s in scores]
    [True, False]
    """
    model = model or shipped()
    a, b = as_list(a, "a"), as_list(b, "b")
    if len(a) != len(b):
        raise DataError(f"{len(a)} names stand against {len(b)}.", where="compare_names(a, b)", fix="give both sides the same number of names")
    out = np.zeros(len(a))
    workers = os.cpu_count() or 1
    if len(a) <= AT_ONCE or workers == 1:
        for tasks in batches(a, b, out):
            for task in tasks:
                run(model, *task)
        return out
    with ThreadPoolExecutor(workers) as threads:
        for tasks in batches(a, b, out):
            for done in [threads.submit(run, model, *task) for task in tasks]:
                done.result()
    return out


def batches(a: list, b: list, out: np.ndarray) -> Iterator[list[tuple]]:
    """The work of one batch after the other, in pieces for threads."""
    for first in range(0, len(a), BATCH):
        codes_a, starts_a = packed(a[first : first + BATCH], "a")
        codes_b, starts_b = packed(b[first : first + BATCH], "b")
        n = len(starts_a) - 1
        yield [
            (codes_a, starts_a[at : min(n, at + AT_ONCE) + 1], codes_b, starts_b[at : min(n, at + AT_ONCE) + 1], out[first + at : first + min(n, at + AT_ONCE)])
            for at in range(0, n, AT_ONCE)
        ]


def run(model: NameModel, codes_a: np.ndarray, starts_a: np.ndarray, codes_b: np.ndarray, starts_b: np.ndarray, out: np.ndarray) -> None:
    rows = np.zeros((len(out), WIDTH_OF_EVIDENCE), np.float32)
    score(codes_a, starts_a, codes_b, starts_b, model.reader, model.weights, model.forest, rows, out)


def as_list(names: Sequence[str | None], side: str) -> list:
    if isinstance(names, str | bytes):
        raise DataError("One text stands where a row of names is expected.", where=f"compare_names, side {side}", fix="give a list of names")
    to_list = getattr(names, "to_pylist", None) or getattr(names, "tolist", None)
    return to_list() if to_list else list(names)


def packed(names: list, side: str) -> tuple[np.ndarray, np.ndarray]:
    """All characters in a row, and where each name starts."""
    try:
        text = "".join(names)
    except TypeError:
        names = [known(name, side) for name in names]
        text = "".join(names)
    if len(text) > 60 * len(names):
        names = [name[:READ] for name in names]
        text = "".join(names)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        names = [unicodedata.normalize("NFC", name) for name in names]
        text = "".join(names)
    starts = np.zeros(len(names) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, names), np.int64, len(names)), out=starts[1:])
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes if len(codes) else np.zeros(1, np.uint32), starts


def known(name: object, side: str) -> str:
    if isinstance(name, str):
        return name
    if name is None or name != name:      # NaN: how some libraries write "unknown"
        return ""
    raise DataError(f"A name is a {type(name).__name__}, not a text.", where=f"compare_names, side {side}", fix="give names as text, and None where a name is unknown")
