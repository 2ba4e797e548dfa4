"""Checking what a pack says of sources and their quality: texts in every language, acts that are known, mirrors of indicators that there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from karvan.country.mistakes import Mistake, Reader
from karvan.country.pack import Pack
from karvan.errors import nearest
from karvan.tables import DIMENSIONS

MIRROR_CHOICES = ("larger", "own", "mirror")


def check_quality(pack: Pack, lenders: Sequence[Pack], languages: list[str], mistakes: list[Mistake]) -> None:
    """Every text of `quality/` in every language of the pack, every act named by a source known to `quality/law.yaml`."""
    read = {path.stem: Reader(path, mistakes) for path in pack.files("quality")}
    acts = read["law"].content or {} if "law" in read else {}

    def look(reader: Reader, keys: tuple[Any, ...], found: Any, known: Collection[str] | None) -> None:
        if isinstance(found, dict) and set(found) & set(languages):
            reader.names(keys, found, languages)
        elif isinstance(found, dict | list):
            for key, one in found.items() if isinstance(found, dict) else enumerate(found):
                if key == "act" and one and known is not None and one not in known:
                    reader.say((*keys, key), f"No act '{one}' stands in quality/law.yaml.", nearest(str(one), list(known)) or "add it there")
                look(reader, (*keys, key), one, known)

    for name, reader in read.items():
        look(reader, (), reader.content, acts if name in ("sources", "flows") else None)
    if "mirrors" in read:
        check_mirrors(read["mirrors"], {path.stem for part in (pack, *lenders) for path in part.files("indicators")})


def check_mirrors(reader: Reader, indicators: Collection[str]) -> None:
    """Pairs of known indicators, a dimension that there is, and a known rule of choice."""
    for name, pair in (reader.content or {}).items():
        by = pair.get("by")
        checks = [("own", pair.get("own"), indicators), ("mirror", pair.get("mirror"), indicators), ("take", pair.get("take", "larger"), MIRROR_CHOICES)]
        checks += [("by", one, DIMENSIONS) for one in (by.values() if isinstance(by, dict) else [by] if by else [])]
        for key, found, known in checks:
            if found not in known:
                reader.say((name, key), f"`{key}` is '{found}', which is not known.", nearest(str(found), list(known)) or f"use one of {', '.join(sorted(known)[:8])}")
