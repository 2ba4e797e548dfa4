"""XML files: read as a stream, with namespaces, and with nothing fetched or expanded: no entities, no DTD, no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from karvan.country import Contract
from karvan.errors import DataError, PackError
from karvan.intake.bytes_in import open_extract
from karvan.intake.plan import physical_columns
from karvan.intake.readers import Piece, cells_table

PIECE = 20_000


def rows(path: Path, contract: Contract) -> Iterator[Piece]:
    """Rows of an XML file: each element that `rows` (an XPath) names. Paths of columns are relative to it, and may go up to its parents."""
    spaces = dict(contract.namespaces)
    row_path = contract.rows or "*"
    tag = clark(row_path.rsplit("/", 1)[-1], spaces)
    wanted = physical_columns(contract)
    by_name = {f.column: f for f in contract.fields}
    each = next((p.each for p in contract.records if p.each), None)
    finders: list[tuple[bool, Any]] = []
    try:
        each_find = etree.XPath(each, namespaces=spaces) if each else None
        for column in wanted:
            way = by_name[column].path or column
            inside = bool(each) and way.startswith(f"{each}/")
            finders.append((inside, etree.XPath(way.removeprefix(f"{each}/") if inside else way, namespaces=spaces)))
    except etree.XPathError as wrong:
        raise PackError(f"A path of the contract is no XPath: {wrong}", where=str(contract.path or contract.id), fix="mend `path`, `rows` or `namespaces`") from None
    number, lines, raws, row_nos, item_nos, size = 0, [], [], [], [], 0
    with open_extract(path) as stream:
        check_encoding(stream_peek(path), contract, path.name)
        try:
            for _, element in etree.iterparse(stream, events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False):
                refuse_doctype(element, path)
                number += 1
                raw = etree.tostring(element, encoding="unicode", with_tail=False)
                members: list[Any] = list(each_find(element)) if each_find else []
                outer = [None if inside else text_at(find, element) for inside, find in finders]
                for item, member in enumerate(members or [None], start=1 if members else 0):
                    lines.append(outer if member is None else [text_at(find, member) if inside else value for (inside, find), value in zip(finders, outer, strict=True)])
                    raws.append(raw)
                    row_nos.append(number)
                    item_nos.append(item)
                size += len(raw) * max(1, len(members))
                element.clear(keep_tail=False)
                while element.getprevious() is not None and element.getparent() is not None and element.getprevious().tag == tag:
                    del element.getparent()[0]
                if len(lines) >= PIECE or size > (32 << 20):
                    yield Piece("cells", cells_table(lines, columns=len(wanted), first=0, raws=raws, row_nos=row_nos, item_nos=item_nos))
                    lines, raws, row_nos, item_nos, size = [], [], [], [], 0
        except etree.XMLSyntaxError as wrong:
            raise DataError(f"This is not well-formed XML: {wrong.msg}", where=f"{path.name}, line {wrong.lineno or 0:,}", fix="ask for the file again") from None
    if lines:
        yield Piece("cells", cells_table(lines, columns=len(wanted), first=0, raws=raws, row_nos=row_nos, item_nos=item_nos))


def refuse_doctype(element: Any, path: Path) -> None:
    """Refuse a document that brings its own declarations: entities are how small files become large, or read other files."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise DataError("The file declares entities or a document type of its own; it was not read.", where=path.name, fix="ask for the file without DOCTYPE")


def stream_peek(path: Path) -> bytes:
    with open_extract(path) as stream:
        return stream.read(4096)


def check_encoding(begin: bytes, contract: Contract, name: str) -> None:
    """Say where the declaration in the file contradicts the contract, and refuse a document type at once."""
    import codecs
    import re

    if b"<!DOCTYPE" in begin or b"<!ENTITY" in begin:
        raise DataError("The file declares entities or a document type of its own; it was not read.", where=name, fix="ask for the file without DOCTYPE")
    said = re.search(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']", begin)
    if said:
        try:
            same = codecs.lookup(said[1].decode("ascii")).name == codecs.lookup(contract.encoding.replace("utf-8-sig", "utf-8")).name
        except LookupError:
            same = False
        if not same:
            raise DataError(f"The file says it is {said[1].decode('ascii')}; the contract says {contract.encoding}.", where=name, fix="send it as agreed, or change `encoding` in the contract")


def clark(step: str, spaces: dict[str, str]) -> str:
    """The last step of an XPath as lxml names a tag: {namespace}name.

    >>> clark("k:Row", {"k": "urn:x"})
    '{urn:x}Row'
    """
    prefix, _, name = step.partition(":")
    return f"{{{spaces[prefix]}}}{name}" if name and prefix in spaces else step


def text_at(find: Any, element: Any) -> str | None:
    found = find(element)
    if isinstance(found, list):
        if not found:
            return None
        found = found[0]
    if isinstance(found, str):
        return str(found)
    if hasattr(found, "itertext"):
        return "".join(found.itertext())
    return None if found is None else str(found)
