"""Compiled code that is older than its sources."""

from __future__ import annotations

from pathlib import Path


def forget_stale(folder: Path) -> None:
    """Delete the compiler's index files that are older than any source in `folder`.

    Numba compiles a function again when its own file has changed, but not when a function that it calls, in another file, has. What cannot be
    deleted (a folder that may not be written) was not written by Numba either.
    """
    newest = max(source.stat().st_mtime for source in folder.glob("*.py"))
    for index in (folder / "__pycache__").glob("*.nbi"):
        try:
            if index.stat().st_mtime < newest:
                index.unlink()
        except OSError:
            continue
