"""The Extended Migration Profile: HTML and PDF, in every language of the pack, every number bound to a published cell.

Source: outline of the (Extended) Migration Profile of the European Commission, as used by the Prague Process and IOM.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from karvan.country import Country, for_workspace
from karvan.errors import DataError, PackError
from karvan.publish.cells import Cells
from karvan.publish.document import Document, assemble
from karvan.workspace import Progress, Workspace, quiet

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Edition:
    """One edition of a profile in one language: its files, and what it could not show."""

    lang: str
    html: Path
    pdf: Path | None
    cells: int
    missing: tuple[str, ...]


def outline_of(country: Country) -> dict[str, Any]:
    """The outline of the profile, from the pack. Raises PackError if the pack has none."""
    for pack in country.packs:
        path = pack.folder / "profile" / "profile.yaml"
        if path.exists():
            import yaml

            return yaml.safe_load(path.read_text(encoding="utf-8"))
    raise PackError("No pack of this workspace has a profile outline.", where="profile/profile.yaml", fix="write one; packs in the repository show how")


def profile_document(ws: Workspace, *, lang: str) -> Document:
    """The profile of a workspace as data, from its published cells.

    Raises DataError if nothing has been published yet.
    """
    cells = Cells.read(ws)
    if not cells.rows:
        raise DataError("There is no published cube yet.", where=str(ws.root), fix="run `karvan run` first")
    country = for_workspace(ws)
    return assemble(outline_of(country), cells, country, lang=lang, synthetic=is_synthetic(ws), sources=sources_of(ws))


def sources_of(ws: Workspace) -> list[dict[str, Any]]:
    """What chapter D says of each feed: deliveries, held ones, completeness, and its mean quality score."""
    sql = (HERE / "sources.sql").read_text(encoding="utf-8")
    return ws.connect().sql(sql).to_arrow_table().to_pylist()


def profile(ws: Workspace, *, lang: str, out: Path, pdf: bool = True, explain_url: str = "", progress: Progress = quiet) -> Edition:
    """Write the profile of a workspace in one language: `profile.<lang>.html`, `.pdf`, and `.cells.json` with the bound cells.

    `explain_url` is where a portal explains a cell; without it the number leads to the annex only.
    """
    out.mkdir(parents=True, exist_ok=True)
    progress("reading the published cells", 0.1)
    document = profile_document(ws, lang=lang)
    progress("drawing the pages", 0.5)
    html_file = out / f"profile.{lang}.html"
    html_file.write_text(as_html(document, explain_url=explain_url), encoding="utf-8")
    (out / f"profile.{lang}.cells.json").write_text(
        json.dumps({"commit": ws.head().number, "vintage": document.vintage, "cells": document.cells}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    pdf_file = None
    if pdf:
        progress("setting the PDF", 0.7)
        pdf_file = out / f"profile.{lang}.pdf"
        as_pdf(document, pdf_file)
    progress("done", 1.0)
    return Edition(lang, html_file, pdf_file, len(document.cells), tuple(document.missing))


def is_synthetic(ws: Workspace) -> bool:
    """Whether any delivery came from a synthetic country: its truth stands beside the workspace's tables."""
    return (ws.root / "truth").exists()


def as_html(document: Document, *, explain_url: str = "") -> str:
    """The document as one HTML page that loads nothing."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    pages = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("profile.html").render(d=document, explain_url=explain_url.rstrip("/"))


def as_pdf(document: Document, out: Path) -> None:
    """The document as PDF, set by Typst."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        data = asdict(document)
        for number, block in enumerate(b for c in data["chapters"] for b in c["blocks"] if b["kind"] == "drawing"):
            block["file"] = ""
            if block["svg"]:
                block["file"] = f"drawing-{number}.svg"
                (root / block["file"]).write_text(block["svg"], encoding="utf-8")
            del block["svg"]
        (root / "document.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (root / "profile.typ").write_text((HERE / "profile.typ").read_text(encoding="utf-8"), encoding="utf-8")
        out.write_bytes(typst.compile(str(root / "profile.typ"), root=str(root)))
