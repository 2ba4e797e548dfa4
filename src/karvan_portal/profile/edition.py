"""An edition of the profile, as `karvan.publish.profile` wrote it, taken apart into chapters for the portal's own pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lxml import etree, html

from karvan_portal import source

NEVER = ("script", "style", "iframe", "object", "embed", "form", "link", "meta", "base")


@dataclass(frozen=True)
class Chapter:
    id: str
    title: str
    body: str


@dataclass(frozen=True)
class Edition:
    """One edition in one language: its chapters, and the commit of tables it was written from."""

    lang: str
    title: str
    subtitle: str
    how_to_read: str
    chapters: tuple[Chapter, ...]
    commit: int | None
    cells: int
    pdf: Path | None

    def chapter(self, name: str) -> int | None:
        """Place of a chapter."""
        return next((place for place, c in enumerate(self.chapters) if c.id == name), None)


def folder() -> Path:
    """Where `karvan profile` and `karvan demo` write."""
    return source.workspace().root / "publications" / "profile"


def languages() -> list[str]:
    """Languages in which there is an edition."""
    return sorted(path.name.split(".")[1] for path in folder().glob("profile.*.html"))


def read(lang: str) -> Edition | None:
    """The edition in a language; None if there is none."""
    path = folder() / f"profile.{lang}.html"
    if lang not in languages():
        return None
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Edition:
    document = html.parse(str(path), parser=html.HTMLParser(encoding="utf-8")).getroot()
    main = document.find(".//main")
    lang = path.name.split(".")[1]
    if main is None:
        return Edition(lang, "", "", "", (), None, 0, None)
    clean(main)
    leads = explanations(main)
    sections = [s for s in main.findall("section") if s.get("id")]
    home_of = {anchor: s.get("id", "") for s in sections for anchor in s.xpath(".//@id")}
    for link in main.iterfind(".//a"):
        to = link.get("href", "")
        if to.startswith("#") and to[1:] in leads:
            link.set("href", leads[to[1:]])
        elif to.startswith("#") and to[1:] in home_of:
            link.set("href", f"../{home_of[to[1:]]}/{to}")
    chapters = tuple(Chapter(s.get("id", ""), text_of(s.find("h2")), inner(s)) for s in sections)
    bound = path.with_name(f"profile.{lang}.cells.json")
    told = json.loads(bound.read_text(encoding="utf-8")) if bound.exists() else {}
    pdf = path.with_suffix(".pdf")
    how = main.find("p[@class='small']")
    return Edition(
        lang,
        text_of(main.find("h1")),
        text_of(main.find("p[@class='lede']")),
        text_of(how),
        chapters,
        told.get("commit"),
        len(told.get("cells", [])),
        pdf if pdf.exists() else None,
    )


def clean(main: html.HtmlElement) -> None:
    """Leave out whatever could act: only words, tables and drawings remain."""
    for name in NEVER:
        for element in list(main.iter(name)):
            element.drop_tree()
    for element in main.iter(etree.Element):
        for attribute in list(element.attrib):
            if attribute.lower().startswith("on") or element.attrib[attribute].strip().lower().startswith("javascript:"):
                del element.attrib[attribute]


def explanations(main: html.HtmlElement) -> Mapping[str, str]:
    """For each entry of the annex, the page that explains its cell."""
    leads, anchor = {}, ""
    for element in main.iter("dt", "dd"):
        if element.tag == "dt":
            anchor = element.get("id", "")
        for link in element.iterfind("a"):
            if link.get("href", "").startswith("/statistics/explain/"):
                leads[anchor] = link.get("href", "")
    return leads


def inner(section: html.HtmlElement) -> str:
    """A section without its heading, as HTML."""
    return "".join(html.tostring(child, encoding="unicode") for child in section if child.tag != "h2")


def text_of(element: html.HtmlElement | None) -> str:
    return "" if element is None else element.text_content().strip()
