"""The agency's side: names, dates and numbers become keyed encodings before a file leaves the building.

A name is first brought to its normal form (`karvan.linkage.names`): what is encoded is the skeleton, so that scripts and romanisations
agree although the platform sees none. Each part gives a keyed code (equal parts, equal code), each field a keyed code of its
blocking key, and a hardened Bloom filter of its pairs of letters, by which similar spellings are found. Numbers become keyed hashes; of a
birth date, year and month stay, the day becomes a code.

Hardening: a keyed hash for every pair of letters (no double hashing, which Niedermeyer et al., 2014, took apart); everything about a
name is salted with the year of birth, so that frequent names cannot be aligned over the whole population; each bit that leaves is the sum
(modulo 2) of several bits of the filter, so that no bit stands for a pair of letters (diffusion).

Sources: Schnell, Bachteler and Reiher, 2009 (Bloom filters for linkage); Schnell and Borgs, 2016 (salting, hardening); Armknecht, Heng and
Schnell, 2023 (diffusion); RFC 2104 (HMAC).
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from karvan.errors import SetupError
from karvan.linkage.encode.received import BITS, MARK
from karvan.linkage.names.forms import FAMILY_END, father_parts, given_parts, key, masculine, split_full, surname_parts

SECRET_BYTES = 32
SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
UNKNOWN_DAYS = ("-01-01", "-07-01")     # what registers write when the day is unknown says nothing, and stays readable


@dataclass(frozen=True)
class Recipe:
    """Parameters of the filters; all agencies use the same. `hashes` bits of `bits` are set for a pair of letters, `summed` of them make one of the `sent` bits."""

    bits: int = 512
    hashes: int = 5
    summed: int = 4
    sent: int = 1024
    salted: bool = True


class Encoder:
    """Encodes the identifying fields of rows under a secret that the agencies share and the platform does not have.

    Examples
    --------
    >>> encoder = Encoder(b"s" * 32)
    >>> encoder.surname("Məmmədova", 1985) == encoder.surname("МАМЕДОВ", 1985)
    True
    >>> encoder.surname("Məmmədova", 1985) == encoder.surname("Məmmədova", 1986)    # salted by the year of birth
    False
    >>> encoder.birth_date("1985-04")
    '1985-04'
    """

    def __init__(self, secret: bytes, recipe: Recipe | None = None) -> None:
        self.secret = secret
        self.recipe = recipe or Recipe()
        self.name = self._code("name of the secret", "", 8)
        self._places: dict[tuple[str, str], list[int]] = {}
        self._filters: dict[tuple[str, str], str] = {}

    # -- fields ------------------------------------------------------------------------------------------------------

    def surname(self, text: str | None, birth_year: int | None = None) -> str | None:
        """A surname as sent; None where there is none."""
        parts, father = surname_parts(text)
        if not parts:
            return None
        salt = self._salt(birth_year)
        return self._field("s", parts, parts, key(FAMILY_END.sub("", parts[0])), father, salt)

    def given_names(self, text: str | None, birth_year: int | None = None) -> str | None:
        """Given names as sent, with the patronymic that stands among them."""
        parts, father = given_parts(text)
        if not parts:
            return None
        return self._field("g", parts, tuple(masculine(p) for p in parts), key(parts[0]), father, self._salt(birth_year))

    def patronymic(self, text: str | None, birth_year: int | None = None) -> str | None:
        """The father's name as sent."""
        parts = father_parts(text)
        return self._field("f", (), (), "", parts, self._salt(birth_year)) if parts else None

    def full_name(self, text: str | None, birth_year: int | None = None) -> str | None:
        """An undivided name as sent: surname and given names, divided as `name_forms` divides them."""
        if not text:
            return None
        family, given = (" ".join(parts) for parts in split_full(text))
        sent = [part for part in (self.surname(family, birth_year), self.given_names(given, birth_year)) if part]
        return " ".join(sent) or None

    def birth_date(self, iso: str | None) -> str | None:
        """A birth date in ISO 8601, partial where it is so: year and month as they are, the day as a doubled letter that only equal days share."""
        if not iso or len(iso) < 10 or iso.endswith(UNKNOWN_DAYS):
            return iso
        month, day = iso[:7], int(iso[8:10])
        order = sorted(range(len(SYMBOLS)), key=lambda at: self._code("day", f"{month}|{at}", 16))
        return f"{month}-{SYMBOLS[order[day]] * 2}"

    def number(self, text: str | None, kind: str) -> str | None:
        """A number as a keyed hash. `kind` parts the numbers of documents, people and registers."""
        plain = re.sub(r"[\W_]", "", (text or "").upper())
        if len(plain) < 4 or plain == plain[0] * len(plain):
            return None             # a placeholder is no number
        return self._code(f"number|{kind}", plain, 24)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _field(self, role: str, parts: tuple[str, ...], as_parts: tuple[str, ...], block: str, father: tuple[str, ...], salt: str) -> str:
        def form(some: tuple[str, ...]) -> str:
            return ".".join(codes(some)) + BITS + self._filter(" ".join(some), salt) if some else ""

        def codes(some: tuple[str, ...]) -> list[str]:
            return [self._code("part", f"{salt}|{p}", 12) for p in some]

        return MARK + ":".join((self.name, role, form(parts), ".".join(codes(as_parts)), self._block(block, salt), form(father[:1])))

    def _block(self, block: str, salt: str) -> str:
        """The code of a blocking key, of which the first letter stands for its first letter, the second for its first two."""
        return "".join(self._code("block", f"{salt}|{block[:n]}", 1) for n in (1, 2)) + self._code("block", f"{salt}|{block}", 10) if block else ""

    def _salt(self, birth_year: int | None) -> str:
        return str(birth_year or "") if self.recipe.salted else ""

    def _filter(self, text: str, salt: str) -> str:
        """The hardened filter of a field, in base 64."""
        found = self._filters.get((text, salt))
        if found is None:
            bits = np.zeros(self.recipe.bits, dtype=np.uint8)
            for part in text.split():
                padded = f"_{part}_"
                for at in range(len(padded) - 1):
                    bits[self._bits_of(padded[at : at + 2], salt)] = 1
            sent = np.bitwise_xor.reduce(bits[self._sums], axis=1)
            found = self._filters[(text, salt)] = base64.b64encode(np.packbits(sent).tobytes()).decode()
        return found

    def _bits_of(self, pair: str, salt: str) -> list[int]:
        places = self._places.get((pair, salt))
        if places is None:
            digest = hmac.digest(self.secret, f"karvan/encode/pair|{salt}|{pair}".encode(), "sha256")
            words = [int.from_bytes(digest[2 * n : 2 * n + 2], "big") for n in range(self.recipe.hashes)]
            places = self._places[(pair, salt)] = [word % self.recipe.bits for word in words]
        return places

    @cached_property
    def _sums(self) -> np.ndarray:
        """Which bits of the filter are summed into each bit that is sent; the same for all rows, known only with the secret."""
        seed = int.from_bytes(hmac.digest(self.secret, b"karvan/encode/diffusion", "sha256"), "big")
        choose = np.random.Generator(np.random.PCG64(seed))
        return np.array([choose.choice(self.recipe.bits, size=self.recipe.summed, replace=False) for _ in range(self.recipe.sent)])

    def _code(self, purpose: str, text: str, digits: int) -> str:
        return hmac.digest(self.secret, f"karvan/encode/{purpose}|{text}".encode(), "sha256").hex()[:digits].upper()


def new_secret(path: Path) -> str:
    """Write a new secret for agencies to share; returns its name, by which they can see that they hold the same. Raises SetupError if the file exists."""
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(secrets.token_hex(SECRET_BYTES) + "\n")
    except FileExistsError:
        raise SetupError("There is a file of this name already; a secret is never written over.", where=str(path), fix="choose another name") from None
    return Encoder(read_secret(path)).name


def read_secret(path: Path) -> bytes:
    """The secret in a file. Raises SetupError where there is none or it is too short."""
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as wrong:
        raise SetupError(f"The secret cannot be read: {type(wrong).__name__}.", where=str(path), fix="make one with `karvan encode --new-secret FILE`, once, for all agencies") from None
    if len(secret) < SECRET_BYTES:
        raise SetupError(f"The secret has {len(secret)} bytes; {SECRET_BYTES} are needed.", where=str(path), fix="make one with `karvan encode --new-secret FILE`")
    return secret
