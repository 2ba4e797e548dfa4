"""Checking a pack: every mistake at once, each with file, line and what to do.

What a file may hold is said here once; `docs/how-to/new-country.md` leads through it. Nothing is repaired and nothing is guessed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from karvan.country.calendar import WEEKDAYS, days_of
from karvan.country.code_list import CodeList, read_code_list
from karvan.country.contract_check import check_contract
from karvan.country.match_keys import read_match_keys
from karvan.country.pack import Pack, find_pack
from karvan.country.yaml_file import Keys, line_of, lines, parse, twice
from karvan.errors import PackError, nearest
from karvan.tables import DIMENSIONS

ABOUT_KEYS = ("id", "names", "zone", "languages", "citizenship", "codes", "currency", "indicators", "uses", "operator", "reviewers", "headlines")
REVIEWER_ROLES = ("reviewer", "senior", "supervisor")
INSTITUTION_KEYS = ("name", "short", "role", "systems", "needs", "sources", "status")
INSTITUTION_STATUS = ("unverified", "confirmed")
CALENDAR_KEYS = ("years", "weekend", "substitute", "off", "worked")
OFF_KEYS = ("on", "from", "to", "each", "years", "name", "status", "substituted")
RULE_KEYS = ("title", "source", "confidence", "status", "values", "questions", "needs", "decide", "examples", "signed_by")
RULE_STATUS = ("draft", "unverified", "signed")
MIRROR_CHOICES = ("larger", "own", "mirror")
VALUE_KEYS = ("unit", "since", "until", "except")
LARGEST_SAMPLE = 1_000_000


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a pack: file, line (from 1), what is wrong, what to do."""

    path: Path
    line: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" + (f"\n    do: {self.fix}" if self.fix else "")


class Reader:
    """One YAML file under check: its content, the lines of its keys, and the mistakes found in it."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path, self.mistakes = path, mistakes
        self.content: Any = None
        self.marks: dict[Keys, int] = {(): 1}
        text = path.read_bytes()
        try:
            self.content = parse(text, where=str(path))
            self.marks = lines(text)
            for key, line in twice(text):
                mistakes.append(Mistake(path, line, f"The key '{key}' stands twice; only the second would be read.", "take one out"))
        except PackError as wrong:
            said = wrong.where.rpartition(":")[2]
            mistakes.append(Mistake(path, int(said) if said.isdigit() else 1, wrong.what, wrong.fix))

    def say(self, keys: Iterable[Any], what: str, fix: str = "") -> None:
        self.mistakes.append(Mistake(self.path, line_of(self.marks, tuple(keys)), what, fix))

    def mapping(self, keys: Iterable[Any], value: Any, what: str) -> bool:
        """Whether a value is a mapping; said where it is not."""
        if isinstance(value, dict):
            return True
        self.say(keys, f"{what} is not a list of keys with values.", "write `key: value` lines under it")
        return False

    def known(self, keys: tuple[Any, ...], found: Mapping[str, Any], allowed: Collection[str], required: Collection[str] = ()) -> None:
        """Say which keys nobody knows and which are missing."""
        for key in found:
            if key not in allowed:
                self.say((*keys, key), f"Nobody reads the key '{key}'.", nearest(str(key), list(allowed)) or f"use {', '.join(allowed)}")
        for key in required:
            if found.get(key) in (None, "", [], {}):
                self.say(keys, f"`{key}` is missing.", f"add `{key}:`")

    def names(self, keys: tuple[Any, ...], found: Any, languages: Collection[str]) -> None:
        """Say which of the pack's languages a text lacks, and what in it is not a text."""
        if not self.mapping(keys, found, "A text in several languages"):
            return
        for lang, words in found.items():
            if not isinstance(words, str):
                self.say((*keys, lang), f"The text for '{lang}' is no text: {words!r}.", "put it in quotes: a comma or colon ends an unquoted text in {}")
        for lang in languages:
            if lang not in found:
                self.say(keys, f"The text has no '{lang}'.", f"add `{lang}:`, or take {lang} out of the pack's languages")

    def one_of(self, keys: tuple[Any, ...], found: Any, allowed: Collection[str], what: str) -> None:
        if found is not None and found not in allowed:
            self.say(keys, f"'{found}' is no {what}.", nearest(str(found), list(allowed)) or f"use {', '.join(allowed)}")


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


def check_code_lists(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> dict[str, CodeList]:
    found: dict[str, CodeList] = {}
    for path in pack.files("code_lists", ".csv", ".yaml"):
        before = len(mistakes)
        if path.suffix == ".csv":
            _check_csv(path, mistakes)
        else:
            Reader(path, mistakes)
        found[path.stem] = CodeList(path.stem, ())    # it is there, whatever is wrong in it
        if len(mistakes) == before:
            try:
                found[path.stem] = read_code_list(path)
            except (KeyError, ValueError, TypeError, AttributeError) as wrong:
                mistakes.append(Mistake(path, 1, f"The list cannot be read: {wrong}.", "give each code `code:` and its dates as YYYY-MM-DD"))
    return found


def _check_csv(path: Path, mistakes: list[Mistake]) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        mistakes.append(Mistake(path, 1, "The file is not UTF-8.", "save it as UTF-8"))
        return
    numbered = [(number, line) for number, line in enumerate(text, start=1) if not line.startswith("#")]
    rows = csv.reader([line for _, line in numbered])
    header = next(rows, [])
    if "code" not in header:
        divided = next((mark for mark in (";", "\t", "|") if mark in "".join(header)), None)
        fix = f"divide the columns by commas, not by {divided!r}" if divided else "name the columns in the first line: code,name_en,valid_from,valid_to,maps_to"
        mistakes.append(Mistake(path, numbered[0][0] if numbered else 1, "The list has no column `code`.", fix))
        return
    validity: dict[str, list[tuple[date, date]]] = {}
    for (number, _), row in zip(numbered[1:], rows, strict=False):
        if len(row) != len(header):
            mistakes.append(Mistake(path, number, f"The line has {len(row)} values, the header {len(header)}.", "put a value with a comma in quotes"))
            continue
        entry = dict(zip(header, row, strict=True))
        if not entry["code"]:
            mistakes.append(Mistake(path, number, "The code is empty.", "give it a code, or take the line out"))
        try:
            first = date.fromisoformat(entry.get("valid_from") or "0001-01-01")
            last = date.fromisoformat(entry.get("valid_to") or "9999-12-31")
        except ValueError:
            mistakes.append(Mistake(path, number, "valid_from or valid_to is no day.", "write it as YYYY-MM-DD"))
            continue
        if first > last:
            mistakes.append(Mistake(path, number, f"The code '{entry['code']}' ends before it begins.", "mend valid_from or valid_to"))
        if any(first <= b and a <= last for a, b in validity.get(entry["code"], [])):
            mistakes.append(Mistake(path, number, f"The code '{entry['code']}' has two meanings at once.", "end the first with valid_to, or take one out"))
        validity.setdefault(entry["code"], []).append((first, last))


def check_calendar(pack: Pack, mistakes: list[Mistake]) -> None:
    years: set[int] = set()
    readers = [Reader(path, mistakes) for path in pack.files("calendar")]
    for reader in readers:
        if isinstance(reader.content, dict):
            years |= {year for year in reader.content.get("years") or [] if isinstance(year, int)}
    for reader in readers:
        content = reader.content
        if content is None or not reader.mapping((), content, "A calendar"):
            continue
        reader.known((), content, CALENDAR_KEYS)
        examples = {"years": "[2025, 2026]", "weekend": "[sat, sun]", "off": "[{on: 2026-03-20, name: feast}]", "worked": "[2026-03-21]"}
        unlisted = [key for key in examples if content.get(key) is not None and not isinstance(content[key], list)]
        for key in unlisted:
            reader.say((key,), f"`{key}` is no list.", f"write `{key}: {examples[key]}`")
        if unlisted:
            continue
        for place, day in enumerate(content.get("weekend") or []):
            reader.one_of(("weekend", place), day, WEEKDAYS, "day of the week")
        reader.one_of(("substitute",), content.get("substitute"), ("next_working_day",), "rule of substitution")
        for key in ("off", "worked"):
            for place, entry in enumerate(content.get(key) or []):
                where = (key, place)
                if isinstance(entry, date) and key == "worked":
                    entry = {"on": entry}
                if not reader.mapping(where, entry, "A day off"):
                    continue
                reader.known(where, entry, OFF_KEYS)
                try:
                    days = days_of(entry)
                    outside = sorted({day.year for day in days} - years)
                except (KeyError, ValueError, TypeError, AttributeError):
                    reader.say(where, "This names no day.", 'write `on: 2026-03-20`, `from:` and `to:`, or `each: "05-28"` with `years: [first, last]`')
                    continue
                if outside:
                    reader.say(where, f"The year {outside[0]} is not among the calendar's `years`.", "add it to `years`, when all its days off are known")


def check_match_keys(pack: Pack, mistakes: list[Mistake]) -> None:
    for path in pack.files("linkage"):
        try:
            read_match_keys(path)
        except PackError as wrong:
            Reader(path, mistakes).say((), wrong.what, wrong.fix)


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


def check_rules(pack: Pack, languages: list[str], mistakes: list[Mistake]) -> None:
    for path in pack.files("rules"):
        reader = Reader(path, mistakes)
        if reader.content is None or not reader.mapping((), reader.content, "A file of rules"):
            continue
        for rule, entry in reader.content.items():
            if not reader.mapping((rule,), entry, f"Rule {rule}"):
                continue
            reader.known((rule,), entry, RULE_KEYS, required=("title", "source", "status"))
            if entry.get("title"):
                reader.names((rule, "title"), entry["title"], languages)
            reader.one_of((rule, "status"), entry.get("status"), RULE_STATUS, "status of a rule")
            if entry.get("status") == "signed" and not entry.get("signed_by"):
                reader.say((rule,), f"Rule {rule} is signed by nobody.", "add `signed_by:`, or make it unverified")
            for name, dated in (entry.get("values") or {}).items():
                _check_value(reader, (rule, "values", name), dated)


def _check_value(reader: Reader, keys: tuple[Any, ...], dated: Any) -> None:
    if not reader.mapping(keys, dated, "A value"):
        return
    reader.known(keys, dated, VALUE_KEYS, required=("unit", "since"))
    for day, said in (dated.get("since") or {}).items():
        if not isinstance(day, date):
            reader.say((*keys, "since", day), f"'{day}' is no day.", "write the first day of the value as YYYY-MM-DD")
        if not isinstance(said, dict) or "value" not in said or not said.get("source"):
            reader.say((*keys, "since", day), "A value needs `value` and `source`.", 'write `{value: 15, source: "act, date, address"}`')
    for place, said in enumerate(dated.get("except") or []):
        if "value" not in said or not said.get("source"):
            reader.say((*keys, "except", place), "An exception needs `value` and `source`.", "write `{citizenship: XXX, value: 30, source: ...}`")


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
