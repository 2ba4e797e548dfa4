"""The portal's catalogue of words: finds every text in templates and code, keeps translations, drops what is gone, compiles.

`.venv/bin/python scripts/portal_words.py` lists the texts that lack a translation, and fails while there is one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PORTAL = Path(__file__).parents[1] / "src" / "karvan_portal"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def texts() -> Iterator[tuple[str | tuple[str, str], str | None]]:
    """Every text of the portal: the English words (with their plural), and the context where one is given."""
    for path in sorted(PORTAL.rglob("*.py")):
        for _line, found, _comments, context in extract("python", path.open("rb"), KEYWORDS):
            yield found, context
    for path in sorted(PORTAL.rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for _line, found, _comments, context in extract("javascript", io.BytesIO(code.encode()), KEYWORDS):
            yield found, context


def main() -> int:
    missing = 0
    for language in ("az", "ru"):
        place = PORTAL / "locale" / language / "LC_MESSAGES"
        old = read_po((place / "django.po").open("rb"), locale=language)
        new = Catalog(locale=language, header_comment="# Words of the portal.", project="Karvan", version="0.1", fuzzy=False)
        new.mime_headers = old.mime_headers
        for found, context in texts():
            kept = old.get(found, context)
            entry = new.add(found, kept.string if kept else "", context=context)
            if not all([entry.string] if isinstance(entry.string, str) else entry.string or [""]):
                print(f"{language}: {found}")
                missing += 1
        with (place / "django.po").open("wb") as file:
            write_po(file, new, width=0, sort_output=True)
        with (place / "django.mo").open("wb") as file:
            write_mo(file, new)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
