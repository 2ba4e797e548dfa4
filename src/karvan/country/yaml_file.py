"""YAML as packs are written: what looks like a code stays a code, and every value knows its line.

YAML 1.1 reads `NO` as false, `012` as ten and `12:30` as 750; a pack is full of codes, so only `true` and `false` are
booleans here and only plain decimal numbers are numbers. A day (2024-02-29) is read as a date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from karvan.errors import PackError

Keys = tuple[Any, ...]


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, list]] = {}


_INTEGER = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_REAL = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$")
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _REAL, list("-+0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:timestamp", _DAY, list("0123456789"))


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises PackError, with the line, where it is not YAML."""
    return parse(path.read_bytes(), where=str(path))


def parse(text: bytes | str, *, where: str) -> Any:
    """The content of a YAML text; `where` is named in the error.

    >>> parse("{NO: 012, at: 12:30, ok: true, on: 2024-02-29}", where="example")
    {'NO': '012', 'at': '12:30', 'ok': True, 'on': datetime.date(2024, 2, 29)}
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except (UnicodeDecodeError, yaml.reader.ReaderError):
        raise PackError("The file is not UTF-8.", where=where, fix="save it as UTF-8") from None
    except (yaml.YAMLError, ValueError) as wrong:
        raise PackError(
            f"This is not YAML: {_problem(wrong)}.", where=f"{where}{_line_of(wrong)}", fix="mend the line; a colon or quote in a text needs the text in quotes"
        ) from None


def lines(text: bytes | str) -> dict[Keys, int]:
    """The line of every value, by its path of keys and positions from the top.

    >>> lines("a:\\n  - {b: 1}\\n")[("a", 0, "b")]
    2
    """
    return _walked(text)[0]


def twice(text: bytes | str) -> list[tuple[Any, int]]:
    """Keys that stand twice in one place, with the line of the second: YAML would quietly keep only that one.

    >>> twice("a: 1\\nb: 2\\na: 3\\n")
    [('a', 3)]
    """
    return _walked(text)[1]


def _walked(text: bytes | str) -> tuple[dict[Keys, int], list[tuple[Any, int]]]:
    found: dict[Keys, int] = {(): 1}
    again: list[tuple[Any, int]] = []
    loader = _Loader(text)

    def walk(node: yaml.Node, path: Keys) -> None:
        found.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = loader.construct_object(key, deep=True)
                if (*path, name) in found:
                    again.append((name, key.start_mark.line + 1))
                found[(*path, name)] = key.start_mark.line + 1
                walk(value, (*path, name))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                walk(value, (*path, place))

    try:
        node = loader.get_single_node()
        if node is not None:
            walk(node, ())
    finally:
        loader.dispose()
    return found, again


def line_of(marks: dict[Keys, int], path: Keys) -> int:
    """Line of a path; of its nearest parent where the path itself is not in the file."""
    path = tuple(path)
    while path not in marks and path:
        path = path[:-1]
    return marks.get(path, 1)


def _problem(wrong: Exception) -> str:
    return str(getattr(wrong, "problem", None) or wrong).split("\n")[0]


def _line_of(wrong: Exception) -> str:
    mark = getattr(wrong, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""
