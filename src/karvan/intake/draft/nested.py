"""JSON and XML: which element is a row, what lies inside it, and where it holds a list of members."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from karvan.errors import DataError
from karvan.intake.draft.seen import SAMPLE_ROWS, Column, Look

Row = dict[str, str]


# -- JSON ----------------------------------------------------------------------------------------------------------------


def look_at_json(text: str, path: Path) -> Look:
    """A list of objects, at the top or under keys, or one object a line."""
    first = text.strip()
    lines = first.splitlines()
    only = loaded(lines[0])
    if only is not None and (len(lines) > 1 or not longest_list(only)[1]):
        look, rows = Look("jsonl"), [row for line in lines[:SAMPLE_ROWS] if (row := loaded(line)) is not None]
    else:
        look = Look("json")
        try:
            way, rows = longest_list(json.loads(first))
        except ValueError:
            way, rows = begun_list(first)
        if not rows:
            raise DataError("No list of objects can be seen in this file.", where=path.name, fix="if it is JSON, ask for a list of objects, at the top or under a key; an object for each number is no list")
        look.rows = ".".join(way) or None
        look.words = list(way)
        rows = rows[:SAMPLE_ROWS]
    look.each = members_in([inside_lists(r) for r in rows], look)
    flat = [row for r in rows for row in flattened(r, look.each)]
    keep_columns(look, flat, ".")
    look.count = len(rows)
    return look


def loaded(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def longest_list(content: Any, way: tuple[str, ...] = ()) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """The longest list of objects and the keys that lead to it, not looking inside its rows."""
    if isinstance(content, list):
        return way, [r for r in content if isinstance(r, dict)]
    found = [longest_list(v, (*way, str(k))) for k, v in content.items() if isinstance(v, dict | list)] if isinstance(content, dict) else []
    return max(found, key=lambda f: len(f[1]), default=(way, []))


def begun_list(text: str) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Rows of a list whose end was not read, as far as they go."""
    decoder = json.JSONDecoder()
    best: tuple[tuple[str, ...], list[dict[str, Any]]] = ((), [])
    for found in re.finditer(r'(?:^\s*|"([^"\\]+)"\s*:\s*)\[\s*(?=\{)', text[:1_000_000]):
        rows: list[Any] = []
        place = found.end()
        while len(rows) < SAMPLE_ROWS:
            try:
                row, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError):
                break
            rows.append(row)
            place = re.compile(r"[\s,]*").match(text, place).end()    # type: ignore[union-attr]
        if len(rows) > len(best[1]):
            best = ((found[1],) if found[1] else (), [r for r in rows if isinstance(r, dict)])
        if best[1]:
            break
    return best


def inside_lists(row: dict[str, Any], before: str = "") -> dict[str, list[dict[str, Any]]]:
    """The lists of objects inside a row, by their dotted path."""
    made: dict[str, list[dict[str, Any]]] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            made |= inside_lists(value, f"{before}{key}.")
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            made[f"{before}{key}"] = value
    return made


def members_in(lists: list[dict[str, list[Any]]], look: Look) -> str | None:
    """The path of the list of members that a row holds, if one does."""
    sizes: Counter[str] = Counter()
    for found in lists:
        sizes.update({way: len(members) for way, members in found.items()})
    if not sizes:
        return None
    each, count = sizes.most_common(1)[0]
    look.doubts.append(f"a row holds a list, `{each}` ({count:,} members in {len(lists):,} rows): each member becomes a record (`each`); if one record a row is wanted, take `records` and the columns under `{each}` out")
    if len(sizes) > 1:
        look.remarks.append(f"further lists inside a row are left as text: {', '.join(way for way, _ in sizes.most_common()[1:6])}")
    return each


def flattened(row: dict[str, Any], each: str | None) -> list[Row]:
    """A row as text by dotted path; once for each member where it holds a list of them."""
    outer = flat_object(row, "", each)
    members = inside_lists(row).get(each or "", [])
    return [outer | flat_object(m, f"{each}.", None) for m in members] or [outer]


def flat_object(row: dict[str, Any], before: str, each: str | None) -> Row:
    from karvan.intake.readers.json_rows import text_of

    made: Row = {}
    for key, value in row.items():
        if isinstance(value, dict) and value:
            made |= flat_object(value, f"{before}{key}.", each)
        elif f"{before}{key}" != each:
            made[f"{before}{key}"] = text_of(value) or ""
    return made


# -- XML -----------------------------------------------------------------------------------------------------------------


def look_at_xml(begin: bytes, path: Path) -> Look:
    """The element that repeats is a row; its leaves and attributes are columns; a list of elements inside it is a list of members."""
    from lxml import etree

    if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin:
        raise DataError("The file declares entities or a document type of its own.", where=path.name, fix="ask for it without DOCTYPE")
    parser = etree.XMLPullParser(events=("start",), recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        parser.feed(begin)
        root = next((e for _, e in parser.read_events()), None)
        if root is not None and len(begin) < 8 << 20:
            etree.fromstring(begin, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as wrong:
        raise DataError(f"This is not well-formed XML: {wrong.msg}", where=f"{path.name}, line {wrong.lineno or 0:,}", fix="ask for the file again") from None
    if root is None:
        raise DataError("No element can be seen in this file.", where=path.name, fix="ask for the file again")
    row_tag = repeating(root)
    found = dict.fromkeys(etree.QName(e).namespace for e in root.iter() if isinstance(e.tag, str))
    spaces = {f"n{i + 1}": uri for i, uri in enumerate(uri for uri in found if uri)}
    prefix = {uri: p for p, uri in spaces.items()}

    def step(e: Any) -> str:
        name = etree.QName(e)
        return f"{prefix[name.namespace]}:{name.localname}" if name.namespace else name.localname

    rows = [e for e in root.iter(row_tag) if e.getparent() is not None][:SAMPLE_ROWS]
    look = Look("xml", namespaces=spaces, rows=f".//{step(rows[0])}" if rows else None, count=len(rows))
    look.words = [etree.QName(e).localname for e in (root, *rows[:1])]
    look.each = members_in([element_lists(e, step) for e in rows], look)
    flat: list[Row] = []
    for element in rows:
        outer = leaves(element, "", step, look.each)
        members = element_lists(element, step).get(look.each or "", [])
        flat += [outer | leaves(m, f"{look.each}/", step, None) for m in members] or [outer]
    keep_columns(look, flat, "/")
    return look


def repeating(root: Any) -> str:
    """The tag of the outermost element with content that repeats among its siblings."""
    level = [root]
    while level:
        for parent in level:
            tags = Counter(c.tag for c in parent if isinstance(c.tag, str) and (len(c) or c.attrib))
            if tags and tags.most_common(1)[0][1] > 1:
                return tags.most_common(1)[0][0]
        level = [c for parent in level for c in parent if isinstance(c.tag, str) and len(c)][:100]
    return next((c.tag for c in root if isinstance(c.tag, str)), root.tag)


def element_lists(element: Any, step: Any, before: str = "") -> dict[str, list[Any]]:
    """Elements with content that may stand more than once in a row: those of a wrapper of their own, or of one tag."""
    made: dict[str, list[Any]] = {}
    tags = Counter(c.tag for c in element if isinstance(c.tag, str))
    for child in element:
        if isinstance(child.tag, str) and len(child):
            here = f"{before}{step(child)}"
            if tags[child.tag] > 1 or is_member_of(element, child):
                made.setdefault(here, []).append(child)
            else:
                made |= element_lists(child, step, f"{here}/")
    return made


def is_member_of(parent: Any, child: Any) -> bool:
    """A single element in a wrapper named for many: Member in Members."""
    from lxml import etree

    one, many = etree.QName(child).localname.lower(), etree.QName(parent).localname.lower()
    return len(parent) == 1 and many.startswith(one.rstrip("y")) and many != one


def leaves(element: Any, before: str, step: Any, each: str | None) -> Row:
    row: Row = {f"{before}@{k}": v.strip() for k, v in element.attrib.items() if not k.startswith("{")}
    for child in element:
        if isinstance(child.tag, str):
            here = f"{before}{step(child)}"
            if here == each:
                continue
            if len(child):
                row |= leaves(child, f"{here}/", step, each)
            else:
                row |= {f"{here}/@{k}": v.strip() for k, v in child.attrib.items() if not k.startswith("{")}
                if here not in row:
                    row[here] = (child.text or "").strip()
    return row


# -- both ----------------------------------------------------------------------------------------------------------------


def keep_columns(look: Look, flat: list[Row], mark: str) -> None:
    """A column for each path, named by its last steps, as many as make it the only one of its name."""
    paths = list(dict.fromkeys(k for row in flat for k in row))
    for path in paths:
        steps = [re.sub(r"^\w+:|^@", "", s) for s in path.split(mark)]
        short = {p: [re.sub(r"^\w+:|^@", "", s) for s in p.split(mark)] for p in paths}
        taken = next(
            (n for n in range(1, len(steps) + 1) if sum(other[-n:] == steps[-n:] for other in short.values()) == 1), 0
        )
        name = "_".join(steps[-taken:]) if taken else re.sub(r"\W+", "_", path).strip("_")
        look.columns.append(Column(name, [row.get(path, "").strip() for row in flat], path=path))
