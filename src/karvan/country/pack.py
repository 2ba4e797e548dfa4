"""Packs: where they are found, and the files of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import karvan
from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError, nearest

# The parts of a pack that results depend on; samples are data, not settings.
PARTS = ("contracts", "code_lists", "calendar", "geography", "texts", "rules", "indicators", "linkage", "quality", "synth", "official")


@dataclass(frozen=True)
class Institution:
    """A body that keeps data or takes part. `status` says whether somebody responsible has confirmed what is written here."""

    id: str
    names: Mapping[str, str]
    role: str | Mapping[str, str] = ""
    systems: tuple[str | Mapping[str, str], ...] = ()
    needs: str = ""
    short: str = ""
    sources: tuple[str, ...] = ()
    status: str = "unverified"

    def name(self, lang: str) -> str:
        return self.names.get(lang) or self.names.get("en") or self.id

    def does(self, lang: str) -> str:
        """Its role, in a language where the pack gives it."""
        return in_language(self.role, lang)

    def keeps(self, lang: str) -> list[str]:
        """Its systems."""
        return [in_language(system, lang) for system in self.systems]


def in_language(text: str | Mapping[str, str], lang: str) -> str:
    """A text that a pack gives in one language or in several.

    >>> in_language({"en": "census", "ru": "перепись"}, "ru"), in_language("IAMAS", "ru")
    ('перепись', 'IAMAS')
    """
    return text if isinstance(text, str) else text.get(lang) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True)
class Pack:
    """One pack: its folder and its `pack.yaml`."""

    id: str
    folder: Path
    about: Mapping[str, Any] = field(default_factory=dict)

    def files(self, part: str, *suffixes: str) -> list[Path]:
        """The files of a part (`contracts`, `texts`, ...), by name."""
        wanted = suffixes or (".yaml",)
        return sorted(p for p in (self.folder / part).rglob("*") if p.suffix in wanted and p.is_file())

    def name(self, lang: str) -> str:
        names = self.about.get("names") or {}
        return names.get(lang) or names.get("en") or self.id

    @cached_property
    def institutions(self) -> dict[str, Institution]:
        path = self.folder / "institutions.yaml"
        found = {}
        for key, entry in ((read_yaml(path) or {}) if path.exists() else {}).items():
            found[key] = Institution(
                key, entry.get("name") or {}, entry.get("role", ""), tuple(entry.get("systems", ())), entry.get("needs", ""), entry.get("short", ""),
                tuple(entry.get("sources", ())), entry.get("status", "unverified"),
            )  # fmt: skip
        return found

    def hash_of(self, *parts: str) -> str:
        """SHA-256 over names and bytes of the files of these parts (all of them if none is named) and `pack.yaml`."""
        digest = hashlib.sha256()
        for part in ("", *(parts or PARTS)):
            listed = [self.folder / "pack.yaml", self.folder / "institutions.yaml"] if not part else self.folder.joinpath(part).rglob("*")
            for path in sorted(p for p in listed if p.is_file()):
                digest.update(f"{path.relative_to(self.folder).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def packs_folder() -> Path:
    """Where the packs that come with karvan are: beside the sources in a checkout, inside the package in a wheel."""
    inside = Path(karvan.__file__).parent
    beside = inside.parent.parent / "packs"
    return beside if beside.is_dir() else inside / "packs"


def find_pack(name: str, folder: Path | None = None) -> Pack:
    """The pack of this id in `folder`, else among those that come with karvan. Raises PackError if there is none."""
    places = [Path(folder)] if folder else []
    places.append(packs_folder())
    for place in places:
        if (place / name / "pack.yaml").is_file():
            return Pack(name, place / name, read_yaml(place / name / "pack.yaml") or {})
    known = sorted({p.parent.name for place in places for p in place.glob("*/pack.yaml")})
    raise PackError(
        f"There is no pack '{name}'.",
        where=", ".join(map(str, places)),
        fix=nearest(name, known) or f"use one of {', '.join(known) or 'none'}, or make one with `karvan pack new {name} -o FOLDER`",
    )
