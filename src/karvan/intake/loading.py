"""Taking in a file: a copy in the extracts zone, under a safe name, never over another."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, time
from pathlib import Path

from karvan.country import for_workspace
from karvan.errors import DataError, SetupError, nearest
from karvan.intake.bytes_in import inner_name
from karvan.intake.deliveries import feed_folder, period_of, safe_name
from karvan.workspace import Workspace
from karvan.workspace.folder import disk_errors
from karvan.workspace.manifest import file_sha256


def load(ws: Workspace, feed: str, path: Path | str, *, received_on: date | None = None) -> Path:
    """Copy a file into the extracts zone of a feed; it is read by the next run.

    The same bytes again change nothing. Other bytes under the name of an earlier file are kept beside it, as its revision
    (`crossings_2024-03-05_r2.csv`): the later replaces the earlier, and the old version stays.

    Parameters
    ----------
    received_on
        Day on which the file came; today, if not given.

    Raises
    ------
    DataError
        No contract has this id, or the file has no usable name.
    SetupError
        The file cannot be read, or the disk is full.
    """
    contracts = for_workspace(ws).contracts
    if feed not in contracts:
        raise DataError(f"There is no feed '{feed}'.", where=f"packs {', '.join(ws.packs)}", fix=nearest(feed, list(contracts)) or "see `karvan feed list`")
    path = Path(path)
    if not path.is_file():
        raise SetupError("There is no such file.", where=str(path), fix="check the path")
    if not os.access(path, os.R_OK):
        raise SetupError("The file cannot be read.", where=str(path), fix="give this user the right to read it")
    folder = feed_folder(ws, feed)
    folder.mkdir(parents=True, exist_ok=True)
    name = safe_name(path.name)
    sha256 = file_sha256(path)
    period = period_of(inner_name(path), contracts[feed])[0]
    for there in sorted(folder.iterdir()):
        same_size = there.is_file() and there.stat().st_size == path.stat().st_size
        if same_size and period_of(inner_name(there), contracts[feed])[0] == period and file_sha256(there) == sha256:
            return there
    target = folder / name
    stem, suffix = name.split(".", 1) if "." in name.lstrip(".") else (name, "")
    stem, suffix = (name[: -len(suffix) - 1], "." + suffix) if suffix else (name, "")
    number = 2
    while target.exists():
        target = folder / f"{stem}_r{number}{suffix}"
        number += 1
    draft = folder / f".{target.name}.part"
    with disk_errors(folder):
        shutil.copyfile(path, draft)
        if received_on:
            at = datetime.combine(received_on, time(12), UTC).timestamp()
            os.utime(draft, (at, at))
        os.replace(draft, target)
    return target
