"""Editions of the study: one folder a day in the workspace, with the facts, and the study in each language as JSON, HTML and PDF."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from karvan.baseline.difference import difference
from karvan.baseline.document import compose
from karvan.baseline.facts import gather
from karvan.country import for_workspace
from karvan.errors import DataError
from karvan.workspace import Progress, Workspace, quiet

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Edition:
    """One edition: its day, its folder, the languages it was written in, and the edition before it that it is compared with."""

    dated: str
    folder: Path
    languages: tuple[str, ...]
    before: str | None = None

    def facts(self) -> dict[str, Any]:
        return json.loads((self.folder / "facts.json").read_text(encoding="utf-8"))

    def document(self, lang: str) -> dict[str, Any]:
        return json.loads((self.folder / f"study.{lang}.json").read_text(encoding="utf-8"))

    def file(self, lang: str, kind: str) -> Path:
        return self.folder / f"study.{lang}.{kind}"


def editions(ws: Workspace) -> list[Edition]:
    """Editions of a workspace, newest first."""
    root = ws.root / "publications" / "baseline"
    found = []
    for folder in sorted(root.glob("????-??-??"), reverse=True):
        languages = tuple(sorted(path.name.split(".")[1] for path in folder.glob("study.*.json")))
        if languages and (folder / "facts.json").exists():
            before = json.loads((folder / "facts.json").read_text(encoding="utf-8")).get("before")
            found.append(Edition(folder.name, folder, languages, before))
    return found


def day_of(ws: Workspace) -> date:
    """The day of a study that names none: the day of the newest delivery of the country's own institutions. Raises DataError where nothing was delivered."""
    country = for_workspace(ws)
    feeds = [c.id for c in country.contracts.values() if c.pack == country.packs[0].id and c.latency_days is not None]
    found = ws.connect().execute("select max(received_on) from deliveries where feed in (select unnest(?))", [feeds]).fetchone()
    found = found if found and found[0] else ws.connect().execute("select max(received_on) from deliveries").fetchone()
    if not found or found[0] is None:
        raise DataError("No delivery has been taken in yet, so that the study has no day.", where=str(ws.root), fix="run `karvan run`, or give --date")
    return found[0]


def study(
    ws: Workspace, *, langs: Sequence[str] = (), dated: date | None = None, out: Path | None = None, pdf: bool = True, progress: Progress = quiet
) -> Edition:
    """Write an edition of the study in the languages named (all of the pack if none), as JSON, HTML and PDF; also into `out` if given.

    The edition is kept under its day in the workspace, in place of one of the same day, and compared with the newest one before it. Without `dated` it
    is of the day of the newest delivery.
    """
    country = for_workspace(ws)
    dated = dated or day_of(ws)
    progress("gathering the facts", 0.1)
    found = json.loads(json.dumps(gather(ws, country, dated=dated), default=float))
    earlier = next((e for e in editions(ws) if e.dated < found["dated"]), None)
    changes = difference(earlier.facts(), found) if earlier else None
    found["before"] = earlier.dated if earlier else None
    wanted = tuple(langs or country.languages)
    folder = ws.root / "publications" / "baseline" / found["dated"]
    with tempfile.TemporaryDirectory(dir=_made(folder.parent)) as making:      # an edition is there whole or not at all
        part = Path(making) / "edition"
        part.mkdir()
        (part / "facts.json").write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
        for place, lang in enumerate(wanted):
            progress(f"writing {lang}", 0.3 + 0.7 * place / len(wanted))
            document = compose(found, country, lang=lang, changes=changes, before=found["before"])
            (part / f"study.{lang}.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
            (part / f"study.{lang}.html").write_text(as_html(document), encoding="utf-8")
            if pdf:
                as_pdf(document, part / f"study.{lang}.pdf")
        if folder.exists():
            folder.rename(Path(making) / "replaced")
        part.rename(folder)
    if out:
        for path in sorted(folder.iterdir()):
            shutil.copy(path, _made(out) / path.name)
    progress("done", 1.0)
    return Edition(found["dated"], folder, tuple(sorted(wanted)), found["before"])


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def as_html(document: dict[str, Any]) -> str:
    """The study as one HTML page that loads nothing."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    pages = Environment(loader=FileSystemLoader(HERE), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("study.html").render(d=document)


def as_pdf(document: dict[str, Any], out: Path) -> None:
    """The study as PDF, set by Typst."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        data = json.loads(json.dumps(document))
        for number, block in enumerate(b for c in data["chapters"] for b in c["blocks"] if b["kind"] == "drawing"):
            svg, block["file"] = block.pop("svg"), ""
            if svg:
                block["file"] = f"drawing-{number}.svg"
                (root / block["file"]).write_text(svg, encoding="utf-8")
        (root / "document.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (root / "study.typ").write_text((HERE / "study.typ").read_text(encoding="utf-8"), encoding="utf-8")
        out.write_bytes(typst.compile(str(root / "study.typ"), root=str(root)))
