"""Which encoding a file has: told by its mark or by UTF-8 itself; single-byte encodings can only be guessed."""

from __future__ import annotations

import codecs
import re
import unicodedata

# One for each alphabet and habit that agencies' systems have; more would only make the guess worse.
CANDIDATES = ["cp1251", "cp1252", "cp1254", "cp1256", "cp1253", "cp1255", "koi8_r", "cp866", "iso8859_5", "gb18030", "big5", "euc_kr"]
TURKIC = frozenset(b"\xd0\xdd\xde\xf0\xfd\xfe")    # the six places where cp1254 has other letters than cp1252


def encoding_of(begin: bytes) -> tuple[str, str | None]:
    """The likely encoding, and a remark where it is a guess.

    >>> encoding_of("Soyadı;Doğum\\n".encode("cp1254"))[0], encoding_of("Soyadı".encode())[0]
    ('cp1254', 'utf-8')
    """
    if begin.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", None
    if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", None
    if b"\0" in begin[:4096]:
        ends, little, big = begin.count(b"\n"), begin[1::2].count(b"\0"), begin[::2].count(b"\0")
        if ends and max(little, big) > 0.02 * len(begin):
            return ("utf-16-le" if little > big else "utf-16-be"), "the file is UTF-16 without its mark"
    try:
        begin[: begin.rfind(b"\n") + 1 or None].decode("utf-8")
        return "utf-8", None
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(begin[: 256 << 10], cp_isolation=CANDIDATES).best()
    name = best.encoding if best else "cp1252"
    if name in ("cp1252", "cp1254") or mixes_alphabets(begin, name):
        name = "cp1254" if TURKIC & set(begin) else "cp1252"
    return name.replace("_", "-"), f"the bytes are not UTF-8; {name.replace('_', '-')} is a guess from its letters: look whether names and headings are right"


def mixes_alphabets(begin: bytes, name: str) -> bool:
    """Whether an encoding puts letters of another alphabet into Latin words, as nobody writes.

    >>> mixes_alphabets("Doğum".encode("cp1254"), "cp1251"), mixes_alphabets("Иванов".encode("cp1251"), "cp1251")
    (True, False)
    """
    words = [w for w in re.findall(r"[^\W\d_]{3,}", begin[: 64 << 10].decode(name, errors="ignore")) if not w.isascii()]
    mixed = sum(any(c.isascii() for c in w) and not all(unicodedata.name(c, "").startswith("LATIN") for c in w) for w in words)
    return mixed > 0.2 * max(1, len(words))
