"""A country as its packs describe it: everything that code may not know by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from karvan.country.calendar import Calendar, read_calendar
from karvan.country.code_list import CodeList, read_code_list
from karvan.country.contract import Contract, read_contract
from karvan.country.match_keys import MatchKeys, read_match_keys
from karvan.country.pack import Institution, Pack, find_pack
from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError, nearest

if TYPE_CHECKING:
    from karvan.workspace import Workspace


class Geography:
    """The maps of the packs: GeoJSON by name (`admin1`, `world`), with what must be said beside them."""

    def __init__(self, files: Mapping[str, Path], note: Mapping[str, str]) -> None:
        self.files, self._note = dict(files), dict(note)

    def geojson(self, name: str) -> dict[str, Any]:
        """The features of a map. Raises PackError if the packs have no such map."""
        if name not in self.files:
            raise PackError(f"There is no map '{name}'.", where="geography/", fix=nearest(name, list(self.files)) or "add NAME.geojson to the pack")
        return json.loads(self.files[name].read_text(encoding="utf-8"))

    def note(self, lang: str) -> str:
        """The caution that stands under every map."""
        return self._note.get(lang) or self._note.get("en", "")


class Country:
    """The packs of a deployment, read as one. The first pack is the country's own; where two say the same, the first holds.

    Nothing is read before it is asked for, so that a command pays only for what it uses.
    """

    def __init__(self, packs: list[Pack], used: list[Pack] | None = None) -> None:
        self.packs = tuple(packs)
        # Packs named under `uses` in a pack.yaml lend their code lists, texts and maps, not their contracts and indicators.
        self.lending = self.packs + tuple(used or ())

    def _about(self, key: str, default: Any = None) -> Any:
        return next((p.about[key] for p in self.packs if p.about.get(key) is not None), default)

    @property
    def ids(self) -> list[str]:
        return [p.id for p in self.packs]

    @property
    def national(self) -> str:
        """Citizenship code of nationals. Raises PackError if no pack gives one."""
        code = self._about("citizenship")
        if code is None:
            raise PackError("No pack says which citizenship is the national one.", where=f"pack.yaml of {', '.join(self.ids)}", fix="add `citizenship: XXX`")
        return code

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which days are counted; UTC where no pack gives one."""
        return ZoneInfo(self._about("zone", "UTC"))

    @property
    def languages(self) -> list[str]:
        return list(self._about("languages", ["en"]))

    @property
    def currency(self) -> str | None:
        return self._about("currency")

    def name(self, lang: str) -> str:
        """What the country is called."""
        return self.packs[0].name(lang)

    @cached_property
    def institutions(self) -> dict[str, Institution]:
        return {key: body for pack in reversed(self.packs) for key, body in pack.institutions.items()}

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Every data contract by its id, which is the id of the feed."""
        found: dict[str, Contract] = {}
        for pack in self.packs:
            for path in pack.files("contracts"):
                contract = read_contract(path, pack=pack.id)
                if contract.id in found:
                    raise PackError(
                        f"Two contracts have the id '{contract.id}'.", where=f"{found[contract.id].path} and {path}", fix="give one of them another id"
                    )
                found[contract.id] = contract
        return dict(sorted(found.items()))

    @cached_property
    def code_lists(self) -> dict[str, CodeList]:
        found: dict[str, CodeList] = {}
        for pack in self.lending:
            for path in pack.files("code_lists", ".csv", ".yaml"):
                read = read_code_list(path)
                found[read.id] = found[read.id].joined(read) if read.id in found else read
        return found

    def code_list(self, name: str) -> CodeList:
        """A code list; those of the same name in several packs are one. Raises PackError if there is none."""
        if name not in self.code_lists:
            raise PackError(
                f"There is no code list '{name}'.", where="code_lists/", fix=nearest(name, list(self.code_lists)) or f"add code_lists/{name}.csv to the pack"
            )
        return self.code_lists[name]

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the first pack that has one; without any, Saturday and Sunday are the days off."""
        return next((read_calendar(p.folder / "calendar") for p in self.packs if p.files("calendar")), Calendar())

    @cached_property
    def match_keys(self) -> MatchKeys:
        """What joins the records of a person: `linkage/keys.yaml` of the first pack that has one, and what contracts say of their keys."""
        own = {contract.id: contract.one_per_person for contract in self.contracts.values() if contract.one_per_person}
        said = next((path for pack in self.packs if (path := pack.folder / "linkage" / "keys.yaml").exists()), None)
        return read_match_keys(said, own) if said else MatchKeys(one_per_person=tuple(sorted(own.items())))

    def is_working_day(self, day: date) -> bool:
        return self.calendar.is_working_day(day)

    @cached_property
    def geography(self) -> Geography:
        files = {path.stem: path for pack in reversed(self.lending) for path in pack.files("geography", ".geojson")}
        note: Mapping[str, str] = next(
            (read_yaml(p.folder / "geography" / "note.yaml") for p in self.lending if (p.folder / "geography" / "note.yaml").exists()), {}
        )
        return Geography(files, note)

    @cached_property
    def texts(self) -> dict[str, Mapping[str, str]]:
        return {key: words for pack in reversed(self.lending) for path in pack.files("texts") for key, words in (read_yaml(path) or {}).items()}

    def text(self, key: str, lang: str, **values: Any) -> str:
        """Words for a key in a language; in another of the country's languages where that one is missing. Raises PackError if none has it."""
        words = self.texts.get(key)
        if words is None:
            raise PackError(f"There is no text '{key}'.", where="texts/", fix=nearest(key, list(self.texts)) or "add it to a file of texts/")
        found = next((words[tongue] for tongue in (lang, *self.languages, "en") if words.get(tongue)), next(iter(words.values())))
        return found.format(**values) if values else found

    @cached_property
    def indicators(self) -> dict[str, dict]:
        """Definitions of indicators by id, as their files say. The pack's `indicators` in pack.yaml, if given, selects among them."""
        found: dict[str, dict] = {}
        for pack in reversed(self.packs):
            for path in pack.files("indicators"):
                content = read_yaml(path)
                for entry in content if isinstance(content, list) else [content]:
                    if entry and "id" in entry:
                        found[entry["id"]] = entry
        chosen = self._about("indicators")
        if chosen and chosen != "all":
            found = {key: entry for key, entry in found.items() if key in chosen}
        return dict(sorted(found.items()))

    @cached_property
    def rules(self) -> dict[str, dict]:
        """Dated values of law by rule id, as their files say; read them through `karvan.rules.value`."""
        return {key: entry for pack in reversed(self.packs) for path in pack.files("rules") for key, entry in (read_yaml(path) or {}).items()}

    @cached_property
    def quality(self) -> dict[str, dict]:
        """What is said of sources and their quality: content of `quality/NAME.yaml` by NAME; the same key of several packs as the first says."""
        found: dict[str, dict] = {}
        for pack in reversed(self.lending):
            for path in pack.files("quality"):
                found[path.stem] = found.get(path.stem, {}) | (read_yaml(path) or {})
        return found

    @cached_property
    def synth(self) -> dict[str, Any]:
        """Settings of the synthetic country: content of `synth/NAME.yaml` by NAME."""
        return {path.stem: read_yaml(path) for pack in reversed(self.packs) for path in pack.files("synth")}

    @property
    def samples(self) -> dict[str, list[Path]]:
        """Files of published sources that come with the packs, by feed: `samples/FEED/*` and `official/FEED/*`, without licence and notes."""
        found: dict[str, list[Path]] = {}
        for pack in self.packs:
            for folder in sorted(p for part in ("samples", "official") for p in (pack.folder / part).glob("*") if p.is_dir()):
                found[folder.name] = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.upper().startswith(("LICENCE", "README")))
        return dict(sorted(found.items()))

    def pack_hash(self, *parts: str) -> str:
        """One hash over the files of the packs (of the named parts: `contracts`, `code_lists`, ...); it changes when they do."""
        return hashlib.sha256("".join(f"{p.id}:{p.hash_of(*parts)}\n" for p in self.lending).encode()).hexdigest()


def load(ids: list[str], folder: Path | None = None) -> Country:
    """The packs of these ids as one country; looked for in `folder`, then among those that come with karvan.

    >>> load(["world"]).ids
    ['world']
    """
    if not ids:
        raise PackError("No pack is named.", fix="name at least one, as in `karvan init FOLDER --pack CODE`")
    packs = [find_pack(name, folder) for name in ids]
    lenders = dict.fromkeys(name for pack in packs for name in pack.about.get("uses") or [] if name not in ids)
    return Country(packs, [find_pack(name, folder) for name in lenders])


def for_workspace(ws: Workspace) -> Country:
    """The country of a workspace: the same object until a file of its packs changes, so that they are read and checked once."""
    return _as_it_stands(tuple(ws.packs), ws.packs_folder, load(ws.packs, ws.packs_folder).pack_hash())


@lru_cache(maxsize=8)
def _as_it_stands(ids: tuple[str, ...], folder: Path | None, content: str) -> Country:
    return load(list(ids), folder)
