"""What joins the records of a person in this country: `linkage/keys.yaml` of a pack, and what its contracts say of their own keys.

    threshold: 0.9                      # probability from which a pair of the model is one person
    numbers:                            # numbers that join records by themselves, and within what each is unique
      personal_no: country              # or not named: then the number joins nobody
      register_no: office               # of an office (all its feeds), or of one `feed`
      document: issuer
    unknown_days: ["01-01", "07-01"]    # month and day that registers write where the day of birth is unknown

What a file leaves out is as here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from karvan.country.yaml_file import read_yaml
from karvan.errors import PackError, nearest

SCOPES: dict[str, tuple[str, ...]] = {"personal_no": ("country",), "register_no": ("office", "feed"), "document": ("issuer",)}
ONE_PER_PERSON = ("register_no", "record")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True)
class MatchKeys:
    """Match keys and their types. `one_per_person`: feeds in which a person has one number (`register_no`), or one record in each delivery (`record`)."""

    threshold: float = 0.9
    numbers: tuple[tuple[str, str], ...] = (("personal_no", "country"), ("register_no", "office"), ("document", "issuer"))
    unknown_days: tuple[str, ...] = ("01-01", "07-01")
    one_per_person: tuple[tuple[str, str], ...] = ()


def read_match_keys(path: Path, one_per_person: Mapping[str, str] | None = None) -> MatchKeys:
    """Match keys as a file says them. Raises PackError where it says what nobody understands."""
    content = read_yaml(path) or {}
    if not isinstance(content, dict):
        raise PackError("The match keys are not a list of keys with values.", where=str(path), fix="write `numbers:` and what follows it")

    def refuse(what: str, fix: str) -> PackError:
        return PackError(what, where=str(path), fix=fix)

    for key in content:
        if key not in ("threshold", "numbers", "unknown_days"):
            raise refuse(f"Nobody reads the key '{key}'.", nearest(str(key), ["threshold", "numbers", "unknown_days"]) or "use threshold, numbers, unknown_days")
    said: dict[str, Any] = {"one_per_person": tuple(sorted((one_per_person or {}).items()))}
    if "threshold" in content:
        if not isinstance(content["threshold"], int | float) or not 0.5 <= content["threshold"] < 1:
            raise refuse(f"The threshold is {content['threshold']!r}.", "write a probability from 0.5 to below 1")
        said["threshold"] = float(content["threshold"])
    if "numbers" in content:
        numbers = content["numbers"]
        if not isinstance(numbers, dict):
            raise refuse("`numbers` is no list of keys with values.", "write `personal_no: country` and the like under it")
        for name, scope in numbers.items():
            if name not in SCOPES:
                raise refuse(f"There is no number '{name}'.", nearest(str(name), list(SCOPES)) or f"use {', '.join(SCOPES)}")
            if scope not in SCOPES[name]:
                raise refuse(f"A {name} is not unique within '{scope}'.", f"use {' or '.join(SCOPES[name])}")
        said["numbers"] = tuple(numbers.items())
    if "unknown_days" in content:
        days = content["unknown_days"]
        if not isinstance(days, list) or not all(isinstance(day, str) and DAY.fullmatch(day) for day in days):
            raise refuse("`unknown_days` is no list of months and days.", 'write ["01-01", "07-01"], in quotes')
        said["unknown_days"] = tuple(days)
    return MatchKeys(**said)
