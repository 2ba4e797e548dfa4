"""The portal's audit log: sign-ins, views of protected data and changes, append-only and chained by hash."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from django.db import transaction

from karvan_portal.accounts.models import Line

FIRST = "0" * 64
SEALED = ("number", "at", "actor", "act", "subject", "purpose", "before")


def write(actor: str, act: str, subject: str = "", purpose: str = "") -> Line:
    """Add a line: who did what to which data, and why.

    The transaction takes the write lock first (SQLite IMMEDIATE), so two lines can never follow the same one.
    """
    with transaction.atomic():
        last = Line.objects.order_by("-number").first()
        line = Line(
            number=last.number + 1 if last else 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            actor=actor[:60],
            act=act[:40],
            subject=subject[:300],
            purpose=purpose[:300],
            before=last.seal if last else FIRST,
        )
        line.seal = seal(line)
        line.save(force_insert=True)
    return line


def seal(line: Line) -> str:
    """Hash of a line's content and of the line before it."""
    said = {name: getattr(line, name) for name in SEALED}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_at() -> int | None:
    """Number of the first line that does not follow from the one before; None if the chain holds."""
    before, expected = FIRST, 1
    for line in Line.objects.order_by("number").iterator():
        if line.number != expected or line.before != before or line.seal != seal(line):
            return expected
        before, expected = line.seal, expected + 1
    return None
