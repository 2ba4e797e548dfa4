"""Bytes of an extract: opened, unpacked within bounds, and decoded as the contract says.

Extracts are data, never code, and never trusted: a compressed file is unpacked as a stream with a limit on what may come out,
an archive may hold one file and its name is never used as a path.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from karvan.errors import DataError, SetupError

BLOCK = 8 << 20
MOST_BYTES = 20 << 30    # unpacked
MOST_TIMES = 400         # as large unpacked as packed, once it is over a megabyte; text rarely passes 30


def open_extract(path: Path) -> IO[bytes]:
    """A stream of the file's bytes; `.gz` and `.zip` are unpacked on the way.

    Raises DataError for a damaged archive, one with more than one file or with a name that leaves its folder, and (while reading)
    for one that swells beyond all measure.
    """
    try:
        if path.suffix == ".gz":
            return _Bounded(gzip.open(path), path)    # type: ignore[return-value, arg-type]
        if path.suffix == ".zip":
            archive = zipfile.ZipFile(path)
            inside = [entry for entry in archive.infolist() if not entry.is_dir()]
            for entry in inside:
                name = PurePosixPath(entry.filename.replace("\\", "/"))
                if name.is_absolute() or ".." in name.parts or ":" in entry.filename:
                    raise DataError("The archive names a file outside its own folder; it was not opened.", where=path.name, fix="ask for the file again, by itself")
            if len(inside) != 1:
                raise DataError(f"The archive holds {len(inside)} files; one is wanted.", where=path.name, fix="send one file an archive")
            return _Bounded(archive.open(inside[0]), path)    # type: ignore[return-value]
        return open(path, "rb")
    except (zipfile.BadZipFile, EOFError) as wrong:
        raise DataError(f"The archive is damaged: {wrong}", where=path.name, fix="ask for the file again") from None
    except PermissionError:
        raise SetupError("The file cannot be read.", where=str(path), fix="give this user the right to read it") from None
    except OSError as wrong:
        raise DataError(f"The file cannot be opened: {wrong.strerror or wrong}", where=path.name, fix="ask for the file again") from None


class _Bounded(io.RawIOBase):
    """A stream that refuses to yield more than an honest file would."""

    def __init__(self, inner: IO[bytes], path: Path) -> None:
        self.inner, self.path, self.seen = inner, path, 0
        self.limit = min(MOST_BYTES, max(1 << 20, path.stat().st_size * MOST_TIMES))

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = self.limit - self.seen + 1 if size is None or size < 0 else size
        try:
            block = self.inner.read(size)
        except (OSError, EOFError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as wrong:
            raise DataError(f"The archive is damaged: {wrong}", where=self.path.name, fix="ask for the file again") from None
        self.seen += len(block)
        if self.seen > self.limit:
            raise DataError(
                f"The archive unpacks to more than {MOST_TIMES} times its size; it was not read further.",
                where=self.path.name,
                fix="ask for the file again, not compressed",
            )
        return block

    def readinto(self, buffer) -> int:    # type: ignore[override, no-untyped-def]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self.inner.close()
        super().close()


def inner_name(path: Path) -> str:
    """Name of the file without the suffix of its packing.

    >>> inner_name(Path("permits_2024-03.csv.gz"))
    'permits_2024-03.csv'
    """
    return path.name[: -len(path.suffix)] if path.suffix in (".gz", ".zip") else path.name


def utf8_blocks(stream: IO[bytes], *, encoding: str, name: str, block: int = BLOCK) -> Iterator[bytes]:
    """The stream as UTF-8, in blocks that end at the end of a line.

    Raises DataError at the first byte that the declared encoding does not have, with its line: another encoding is never tried.
    A byte order mark says which encoding a file has; one that contradicts the contract is said too.
    """
    wanted = codecs.lookup(encoding).name
    single = wanted not in ("utf-16", "utf-16-le", "utf-16-be", "utf-32")
    rest, first, lines = b"", True, 0
    decoder = codecs.getincrementaldecoder(encoding)()
    while True:
        read = stream.read(block)
        last = not read
        if first:
            first = False
            for mark, says in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
                if read.startswith(mark) and not wanted.replace("-sig", "").startswith(says):
                    raise DataError(f"The file begins with the mark of {says.upper()}; the contract says {encoding}.", where=name, fix=f"send it as {encoding}, or change `encoding` in the contract")
            if read.startswith(codecs.BOM_UTF8) and wanted in ("utf-8", "utf-8-sig"):
                read, wanted, decoder = read[3:], "utf-8", codecs.getincrementaldecoder("utf-8")()
            elif wanted == "utf-8-sig":
                wanted, decoder = "utf-8", codecs.getincrementaldecoder("utf-8")()
        if single:
            text = rest + read
            cut = len(text) if last else text.rfind(b"\n") + 1
            if cut == 0 and not last:
                rest = text
                if len(rest) > 64 * block:
                    raise DataError("The file has no line ends.", where=name, fix="check that it is the format that the contract says")
                continue
            text, rest = text[:cut], text[cut:]
            if not text:
                if last:
                    return
                continue
            if not text.isascii():
                try:
                    decoded = text.decode(wanted)
                except UnicodeDecodeError as wrong:
                    raise not_in_encoding(text, wrong, lines, encoding, name) from None
                text = text if wanted == "utf-8" else decoded.encode()
            lines += text.count(b"\n")
            yield text
        else:
            try:
                text = rest + decoder.decode(read, final=last).encode()
            except UnicodeDecodeError as wrong:
                raise not_in_encoding(read, wrong, lines, encoding, name) from None
            cut = len(text) if last else text.rfind(b"\n") + 1
            text, rest = text[:cut], text[cut:]
            if text:
                lines += text.count(b"\n")
                yield text
        if last:
            return


def not_in_encoding(text: bytes, wrong: UnicodeDecodeError, lines: int, encoding: str, name: str) -> DataError:
    line = lines + text[: wrong.start].count(b"\n") + 1
    return DataError(
        f"Byte 0x{text[wrong.start]:02x} is not in {encoding}, the encoding that the contract says.",
        where=f"{name}, line {line:,}",
        fix=f"send the file as {encoding}, or change `encoding` in the contract if it has really changed",
    )
