"""Deliveries: which files lie in the extracts zone, what period each covers, and which of them replaces which."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from karvan.country import Contract
from karvan.errors import DataError
from karvan.intake.bytes_in import inner_name
from karvan.workspace import Workspace
from karvan.workspace.manifest import file_sha256

PERIOD_FORMS = {
    "day": r"(?P<a>[0-9]{4})[-_.]?(?P<b>[0-9]{2})[-_.]?(?P<c>[0-9]{2})|(?P<c2>[0-9]{2})\.(?P<b2>[0-9]{2})\.(?P<a2>[0-9]{4})",
    "month": r"(?P<a>[0-9]{4})[-_.]?(?P<b>[0-9]{2})|(?P<b2>[0-9]{2})\.(?P<a2>[0-9]{4})",
    "year": r"(?P<a>[0-9]{4})",
    "snapshot": r"(?P<a>[0-9]{4})[-_.]?(?P<b>[0-9]{2})(?:[-_.]?(?P<c>[0-9]{2}))?",
    "edition": r"(?P<edition>[A-Za-z0-9][A-Za-z0-9._-]*?)",
}
REVISION = r"(?:[ ._~-]*(?:r|v|rev|~|\()(?P<revision>[0-9]{1,4})\)?)?"


@dataclass(frozen=True)
class Delivery:
    """One file of one feed. `order` says which comes later where two speak of the same thing."""

    delivery_id: str
    feed: str
    file: str
    sha256: str
    path: Path | None
    period: str | None
    period_from: date | None
    period_to: date | None
    revision: int
    received_on: date
    fits_name: bool = True

    @property
    def order(self) -> tuple[date, str, int, date, str, str]:
        return (self.period_to or date(1, 1, 1), self.period or "", self.revision, self.received_on, self.file, self.sha256)

    @property
    def part(self) -> str:
        """Key of the part of a table that its records go to: feed and year."""
        return f"{self.feed}/{self.period_from.year if self.period_from else 'undated'}"


def in_zone(ws: Workspace, contract: Contract, names: Mapping[str, str] | None = None) -> list[Delivery]:
    """The deliveries of a feed that lie in the extracts zone, in order.

    The same bytes for the same period are one delivery, under the name that the ledger knows (`names`, by its id). Under a name
    that does not fit the contract they are a copy of the one whose name does.
    """
    folder = feed_folder(ws, contract.id)
    found: dict[str, Delivery] = {}
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith((".part", ".draft")):
            delivery = delivery_of(path, contract)
            there = found.get(delivery.delivery_id)
            if there is None or delivery.file == (names or {}).get(delivery.delivery_id):
                found[delivery.delivery_id] = delivery
    good = {d.sha256 for d in found.values() if d.fits_name}
    found = {key: d for key, d in found.items() if d.fits_name or d.sha256 not in good}
    return sorted(found.values(), key=lambda d: d.order)


def delivery_of(path: Path, contract: Contract) -> Delivery:
    """What a file is, by its name, its bytes and the day it came."""
    sha256 = file_sha256(path)
    received_on = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    period, first, last, revision, fits = period_of(inner_name(path), contract)
    # Two quiet days have the same bytes, and are two deliveries.
    return Delivery(":".join(part for part in (contract.id, period, sha256[:16]) if part), contract.id, path.name, sha256, path, period, first, last, revision, received_on, fits)


def period_of(name: str, contract: Contract) -> tuple[str | None, date | None, date | None, int, bool]:
    """Period, first and last day, revision, and whether the name is as the contract says.

    A correction carries a mark after the agreed name: `crossings_2024-03-05_r2.csv`, `... v2.csv`, `...~2.csv`, `... (2).csv`.
    """
    pattern = re.escape(contract.file).replace(r"\{period\}", f"(?P<period>{PERIOD_FORMS.get(contract.period, '.+?')})").replace(r"\*", ".*")
    stem, dot, suffix = pattern.rpartition(r"\.") if r"\." in pattern else (pattern, "", "")
    found = re.fullmatch(f"{stem}{REVISION}{dot}{suffix}" if dot else f"{pattern}{REVISION}", name)
    if not found:
        return None, None, None, 1, False
    groups = found.groupdict()
    revision = int(groups.get("revision") or 1)
    if contract.period == "edition":
        return groups.get("edition"), *contract.covers, revision, True
    if "period" not in groups:
        return None, None, None, revision, True
    year, month, day = (str(groups.get(k) or groups.get(f"{k}2") or "") for k in "abc")
    try:
        if contract.period == "year":
            return year, date(int(year), 1, 1), date(int(year), 12, 31), revision, True
        if contract.period == "month" or (contract.period == "snapshot" and not day):
            last = date(int(year), int(month), calendar.monthrange(int(year), int(month))[1])
            return f"{year}-{month}", last.replace(day=1) if contract.period == "month" else last, last, revision, True
        on = date(int(year), int(month), int(day))
        return on.isoformat(), on, on, revision, True
    except (ValueError, TypeError, calendar.IllegalMonthError):
        return None, None, None, 1, False


def superseded_by(deliveries: list[Delivery], contract: Contract) -> dict[str, str]:
    """For each delivery that another replaces: the id of the one in force.

    A later file for the same period replaces the earlier one. A snapshot or an edition is the whole state: the last replaces all.
    """
    groups: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        if not delivery.fits_name:
            continue
        if contract.period in ("snapshot", "edition") and (delivery.period or contract.period == "snapshot"):
            key = "state"
        elif delivery.period is None:
            continue    # undated files stand beside each other; their keys say what is the same
        else:
            key = delivery.period
        groups.setdefault(key, []).append(delivery)
    replaced: dict[str, str] = {}
    for group in groups.values():
        last = max(group, key=lambda d: d.order)
        replaced |= {d.delivery_id: last.delivery_id for d in group if d is not last}
    return replaced


def feed_folder(ws: Workspace, feed: str) -> Path:
    """Folder of a feed in the extracts zone. Raises DataError for an id that could leave it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", feed) or ".." in feed:
        raise DataError(f"'{feed}' cannot be the id of a feed.", fix="use letters, digits, points, dashes and underscores")
    return ws.extracts / feed


def safe_name(name: str) -> str:
    """A file name without path and without characters that a shell or a spreadsheet could take for more.

    >>> safe_name("../../etc/passwd"), safe_name("a b=c.csv")
    ('passwd', 'a b_c.csv')
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    clean = re.sub(r"[^\w .()~-]", "_", last).strip().lstrip(".-=+@")
    if not clean:
        raise DataError("The file has no usable name.", where=repr(name), fix="give it a name of letters and digits")
    return clean[:180]


def due_on(delivery: Delivery, contract: Contract) -> date | None:
    """Day on which a delivery was due: the last day of its period and the agreed latency."""
    if delivery.period_to is None or contract.latency_days is None:
        return None
    return delivery.period_to + timedelta(days=int(contract.latency_days))


def without_bytes(row: dict, contract: Contract) -> Delivery:
    """A delivery known to the ledger whose file is no longer in the zone."""
    period, _, _, revision, fits = period_of(inner_name(Path(row["file"])), contract)
    known = Delivery(row["delivery_id"], row["feed"], row["file"], row["sha256"], None, period, row["period_from_on"], row["period_to_on"], revision, row["received_on"], fits)
    return replace(known)
