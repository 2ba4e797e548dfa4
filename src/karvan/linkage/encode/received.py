"""The platform's side: what encoded names still show. Nothing here can be turned back into a name."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from karvan.errors import DataError
from karvan.linkage.names.forms import NameForms

MARK = "e1:"            # first version of the encoding
BITS = "#"              # in a form: codes of the parts, then this, then the filter
UNLIKE = 0.3            # share of bits that differ: above it, two given names are surely not spellings of one


def is_encoded(text: str | None) -> bool:
    """Whether a field was encoded by an agency."""
    return bool(text) and str(text).startswith(MARK)


def encoded_forms(surname: str | None, given_names: str | None, patronymic: str | None = None, full_name: str | None = None) -> NameForms:
    """The comparable forms of an encoded name, in the shape that `name_forms` gives for a name in clear.

    `surname`, `given` and `patronymic` are codes of the parts with the filter behind a `#`; `parts` are codes alone.
    """
    fields = {role: read for text in (surname, given_names, patronymic, *(full_name or "").split()) if text for role, read in [_read(text)]}
    family, given, father = fields.get("s", EMPTY), fields.get("g", EMPTY), fields.get("f", EMPTY)
    parts = {part for field in (family, given) for part in field.parts.split(".") if part}
    return NameForms(
        surname=family.form.replace(".", " "),
        given=given.form.replace(".", " "),
        patronymic=father.father or given.father or family.father,
        parts=" ".join(sorted(parts)),
        surname_key=family.block,
        given_key=given.block,
    )


class Field(NamedTuple):
    """An encoded field: codes of its parts with their filter; codes in which surnames and given names agree; blocking key; the father's code with its filter."""

    form: str = ""
    parts: str = ""
    block: str = ""
    father: str = ""


EMPTY = Field()


def _read(text: str) -> tuple[str, Field]:
    """Role and content of an encoded field."""
    cells = text.removeprefix(MARK).split(":")
    if len(cells) != 6 or not text.startswith(MARK):
        raise DataError("An encoded name is cut short, or was written by another version.", where="identities", fix="encode the file again with this version of `karvan encode`")
    return cells[1], Field(*cells[2:])


def one_secret(fields: Iterable[str]) -> None:
    """Raise DataError where encoded fields name two secrets: such names share nothing, and every link between them would silently be missing."""
    names = sorted({field.removeprefix(MARK).partition(":")[0] for field in fields})
    if len(names) > 1:
        raise DataError(f"Names are encoded under {len(names)} secrets: {', '.join(names)}.", where="identities", fix="deliver every file encoded under one secret; docs/explanation/linkage-without-names.md says how a secret is changed")


@lru_cache(maxsize=100_000)
def unlike(form_a: str, form_b: str) -> float:
    """Share of bits in which two filters differ: 0 for equal names, about 0.4 for strangers."""
    a, b = (int.from_bytes(base64.b64decode(form.partition(BITS)[2]), "big") for form in (form_a, form_b))
    return (a ^ b).bit_count() / (8 * len(base64.b64decode(form_a.partition(BITS)[2])) or 1)
