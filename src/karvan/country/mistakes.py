"""Mistakes of a pack, and a YAML file read so that each is told with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import Keys, line_of, lines, parse, twice
from karvan.errors import PackError, nearest


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a pack: file, line (from 1), what is wrong, what to do."""

    path: Path
    line: int
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}" + (f"\n    do: {self.fix}" if self.fix else "")


class Reader:
    """One YAML file under check: its content, the lines of its keys, and the mistakes found in it."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path, self.mistakes = path, mistakes
        self.content: Any = None
        self.marks: dict[Keys, int] = {(): 1}
        text = path.read_bytes()
        try:
            self.content = parse(text, where=str(path))
            self.marks = lines(text)
            for key, line in twice(text):
                mistakes.append(Mistake(path, line, f"The key '{key}' stands twice; only the second would be read.", "take one out"))
        except PackError as wrong:
            said = wrong.where.rpartition(":")[2]
            mistakes.append(Mistake(path, int(said) if said.isdigit() else 1, wrong.what, wrong.fix))

    def say(self, keys: Iterable[Any], what: str, fix: str = "") -> None:
        self.mistakes.append(Mistake(self.path, line_of(self.marks, tuple(keys)), what, fix))

    def mapping(self, keys: Iterable[Any], value: Any, what: str) -> bool:
        """Whether a value is a mapping; said where it is not."""
        if isinstance(value, dict):
            return True
        self.say(keys, f"{what} is not a list of keys with values.", "write `key: value` lines under it")
        return False

    def known(self, keys: tuple[Any, ...], found: Mapping[str, Any], allowed: Collection[str], required: Collection[str] = ()) -> None:
        """Say which keys nobody knows and which are missing."""
        for key in found:
            if key not in allowed:
                self.say((*keys, key), f"Nobody reads the key '{key}'.", nearest(str(key), list(allowed)) or f"use {', '.join(allowed)}")
        for key in required:
            if found.get(key) in (None, "", [], {}):
                self.say(keys, f"`{key}` is missing.", f"add `{key}:`")

    def names(self, keys: tuple[Any, ...], found: Any, languages: Collection[str]) -> None:
        """Say which of the pack's languages a text lacks, and what in it is not a text."""
        if not self.mapping(keys, found, "A text in several languages"):
            return
        for lang, words in found.items():
            if not isinstance(words, str):
                self.say((*keys, lang), f"The text for '{lang}' is no text: {words!r}.", "put it in quotes: a comma or colon ends an unquoted text in {}")
        for lang in languages:
            if lang not in found:
                self.say(keys, f"The text has no '{lang}'.", f"add `{lang}:`, or take {lang} out of the pack's languages")

    def one_of(self, keys: tuple[Any, ...], found: Any, allowed: Collection[str], what: str) -> None:
        if found is not None and found not in allowed:
            self.say(keys, f"'{found}' is no {what}.", nearest(str(found), list(allowed)) or f"use {', '.join(allowed)}")
