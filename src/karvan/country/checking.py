"""Checking a pack: every mistake at once, each with file, line and what to do.

What a file may hold is said here once, of larger parts in a file of their own (`contract_check`, `code_list_check`, `calendar_check`, `rules_check`, `quality_check`);
`docs/how-to/new-country.md` leads through it. Nothing is repaired and nothing is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from karvan.country.calendar_check import check_calendar
from karvan.country.code_list import CodeList, read_code_list
from karvan.country.code_list_check import check_code_lists
from karvan.country.contract_check import check_contract
from karvan.country.match_keys import read_match_keys
from karvan.country.mistakes import Mistake, Reader
from karvan.country.pack import Pack, find_pack
from karvan.country.quality_check import check_quality
from karvan.country.rules_check import check_rules
from karvan.errors import PackError, nearest

ABOUT_KEYS = ("id", "names", "zone", "languages", "citizenship", "codes", "currency", "indicators", "uses", "operator", "reviewers", "headlines")
REVIEWER_ROLES = ("reviewer", "senior", "supervisor")
INSTITUTION_KEYS = ("name", "short", "role", "systems", "needs", "sources", "status")
INSTITUTION_STATUS = ("unverified", "confirmed")
LARGEST_SAMPLE = 1_000_000


def check_pack(pack: Pack, folder: Path | None = None) -> list[Mistake]:
    """Every mistake of a pack, in the order of files and lines; an empty list where there is none."""
    mistakes: list[Mistake] = []
    about = check_about(pack, folder, mistakes)
    lenders = [found for name in about.get("uses") or [] if (found := _pack(name, folder)) is not None]
    languages = [str(lang) for lang in about.get("languages") or []]
    institutions = check_institutions(pack, languages, mistakes)
    lists = check_code_lists(pack, languages, mistakes)
    known_lists = dict(lists)
    for lender in lenders:
        for path in lender.files("code_lists", ".csv", ".yaml"):
            read = read_code_list(path)
            known_lists[read.id] = known_lists[read.id].joined(read) if read.id in known_lists else read
    if about.get("citizenship") and known_lists and about["citizenship"] not in known_lists.get("countries", CodeList("countries", ())):
        reader = Reader(pack.folder / "pack.yaml", mistakes)
        reader.say(
            ("citizenship",),
            f"'{about['citizenship']}' is not in the code list `countries`.",
            "use the code of the list, or add `uses: [world]`, whose list it is",
        )
    ids: dict[str, Path] = {}
    for path in pack.files("contracts"):
        reader = Reader(path, mistakes)
        if isinstance(reader.content, dict):
            check_contract(reader, pack.id, institutions, known_lists, languages, ids)
    check_reviewers(pack, about, institutions, mistakes)
    check_calendar(pack, mistakes)
    check_geography(pack, languages, mistakes)
    check_texts(pack, languages, mistakes)
    check_rules(pack, languages, mistakes)
    check_match_keys(pack, mistakes)
    check_quality(pack, lenders, languages, mistakes)
    check_definitions(pack, about, languages, mistakes)
    for path in pack.files("synth"):
        Reader(path, mistakes)
    check_samples(pack, set(ids), mistakes)
    return sorted(set(mistakes))


def _pack(name: str, folder: Path | None) -> Pack | None:
    try:
        return find_pack(name, folder)
    except PackError:
        return None


def check_about(pack: Pack, folder: Path | None, mistakes: list[Mistake]) -> Mapping[str, Any]:
    before = len(mistakes)
    reader = Reader(pack.folder / "pack.yaml", mistakes)
    about = reader.content
    if about is None and len(reader.mistakes) == before:
        reader.say((), "pack.yaml is empty.", "say there `id`, `names`, `zone` and `languages`; `karvan pack new` shows a whole one")
    if about is None or not reader.mapping((), about, "pack.yaml"):
        return {}
    for key in ("languages", "uses"):
        if about.get(key) is not None and not isinstance(about[key], list):
            reader.say((key,), f"`{key}` is no list.", f"write `{key}: [{about[key]}]`")
            about = {**about, key: [about[key]]}
    reader.known((), about, ABOUT_KEYS, required=("id", "names", "languages"))
    if about.get("id") not in (None, pack.id):
        reader.say(("id",), f"The id is '{about['id']}', the folder is '{pack.id}'.", "give both the same name")
    if about.get("names"):
        reader.names(("names",), about["names"], about.get("languages") or [])
    if about.get("citizenship") and not about.get("zone"):
        reader.say((), "`zone` is missing: days are counted in the country's own zone.", "add `zone:`, as in `zone: Europe/Chisinau`")
    if about.get("zone"):
        try:
            ZoneInfo(str(about["zone"]))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            reader.say(("zone",), f"'{about['zone']}' is no time zone.", "use a name of the IANA list, as in Europe/Chisinau")
    for name in about.get("uses") or []:
        if _pack(name, folder) is None:
            reader.say(("uses",), f"There is no pack '{name}'.", "put it beside this one, or take it out")
    return about


def check_institutions(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> list[str]:
    path = pack.folder / "institutions.yaml"
    if not path.exists():
        return []
    reader = Reader(path, mistakes)
    if reader.content is None or not reader.mapping((), reader.content, "institutions.yaml"):
        return []
    for key, entry in reader.content.items():
        if reader.mapping((key,), entry, f"Institution {key}"):
            reader.known((key,), entry, INSTITUTION_KEYS, required=("name", "status"))
            if entry.get("name"):
                reader.names((key, "name"), entry["name"], languages)
            for place, text in [(("role",), entry.get("role")), *((("systems", n), one) for n, one in enumerate(entry.get("systems") or []))]:
                if isinstance(text, dict):
                    reader.names((key, *place), text, languages)
            reader.one_of((key, "status"), entry.get("status"), INSTITUTION_STATUS, "status of an institution")
    return list(reader.content)


def check_reviewers(pack: Pack, about: Mapping[str, Any], institutions: Collection[str], mistakes: list[Mistake]) -> None:
    """`reviewers`: institutions with the roles that their accounts may have at the linkage desk."""
    told = about.get("reviewers")
    if told is None:
        return
    reader = Reader(pack.folder / "pack.yaml", mistakes)
    if not reader.mapping(("reviewers",), told, "reviewers"):
        return
    for name, roles in told.items():
        if name not in institutions:
            reader.say(("reviewers", name), f"The institution '{name}' is not in institutions.yaml.", nearest(str(name), list(institutions)) or "add it there")
        for role in roles if isinstance(roles, list) else [roles]:
            reader.one_of(("reviewers", name), role, REVIEWER_ROLES, "role of a reviewer")
        if not isinstance(roles, list):
            reader.say(("reviewers", name), f"The roles of {name} are no list.", f"write `{name}: [{roles}]`")


def check_match_keys(pack: Pack, mistakes: list[Mistake]) -> None:
    for path in pack.files("linkage"):
        try:
            read_match_keys(path)
        except PackError as wrong:
            Reader(path, mistakes).say((), wrong.what, wrong.fix)


def check_geography(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> None:
    for path in pack.files("geography", ".geojson"):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as wrong:
            mistakes.append(Mistake(path, getattr(wrong, "lineno", 1), f"This is not JSON: {wrong}.", "export it again as GeoJSON in UTF-8"))
            continue
        features = content.get("features") if isinstance(content, dict) else None
        if not isinstance(features, list):
            mistakes.append(Mistake(path, 1, "This is no collection of features.", "export it as a GeoJSON FeatureCollection"))
            continue
        without = sum(1 for f in features if not (f.get("properties") or {}).get("code"))
        if without:
            mistakes.append(Mistake(path, 1, f"{without} of {len(features)} features have no property `code`.", "give each the code of its region"))
    note = pack.folder / "geography" / "note.yaml"
    if note.exists():
        reader = Reader(note, mistakes)
        reader.names((), reader.content, languages)


def check_texts(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> None:
    seen: dict[str, Path] = {}
    for path in pack.files("texts"):
        reader = Reader(path, mistakes)
        if reader.content is None or not reader.mapping((), reader.content, "A file of texts"):
            continue
        for key, words in reader.content.items():
            # A hint is a pattern by which a column is recognised, not a text that somebody reads: it may lack languages.
            reader.names((key,), words, () if ".hint." in str(key) else languages)
            if key in seen:
                reader.say((key,), f"The text '{key}' is also in {seen[key].name}.", "keep it in one file")
            seen[key] = path


def check_definitions(pack: Pack, about: Mapping[str, Any], languages: list[str], mistakes: list[Mistake]) -> None:
    """Indicators: an id each, once, and names; what they count is checked where they are compiled."""
    seen: dict[str, Path] = {}
    for path in pack.files("indicators"):
        reader = Reader(path, mistakes)
        many = isinstance(reader.content, list)
        entries: list[Any] = reader.content if many else [reader.content] if reader.content else []
        for place, entry in enumerate(entries):
            keys: tuple[Any, ...] = (place,) if many else ()
            if not reader.mapping(keys, entry, "An indicator"):
                continue
            reader.known(keys, entry, tuple(entry), required=("id", "name"))
            if entry.get("name"):
                reader.names((*keys, "name"), entry["name"], languages)
            if entry.get("id") in seen:
                reader.say((*keys, "id"), f"The indicator '{entry['id']}' is also in {seen[entry['id']].name}.", "give one of them another id")
            seen[entry.get("id")] = path
    chosen = about.get("indicators")
    if isinstance(chosen, list):
        reader = Reader(pack.folder / "pack.yaml", mistakes)
        for place, wanted in enumerate(chosen):
            if wanted not in seen:
                reader.say(
                    ("indicators", place),
                    f"The pack chooses the indicator '{wanted}', which it does not have.",
                    nearest(wanted, list(seen)) or "take it out, or add its file",
                )


def check_samples(pack: Pack, feeds: set[str], mistakes: list[Mistake]) -> None:
    for folder in sorted(p for part in ("samples", "official") for p in (pack.folder / part).glob("*") if p.is_dir()):
        if folder.name not in feeds:
            mistakes.append(
                Mistake(folder, 1, f"No contract has the id '{folder.name}'.", nearest(folder.name, sorted(feeds)) or "name the folder like the feed")
            )
        if not any(p.name.upper().startswith("LICENCE") for p in folder.iterdir()):
            mistakes.append(Mistake(folder, 1, "The files come without their licence.", "add LICENCE.txt: who published them, and what may be done with them"))
        for path in sorted(p for p in folder.iterdir() if p.is_file() and p.stat().st_size > LARGEST_SAMPLE):
            mistakes.append(
                Mistake(
                    path,
                    1,
                    f"The file has {path.stat().st_size:,} bytes; a pack carries at most {LARGEST_SAMPLE:,}.",
                    "cut it, and say in the licence file how",
                )
            )
