"""Everybody, as columns that grow."""

from __future__ import annotations

from typing import Any

import numpy as np

from karvan.synth.lives.chance import NONE, Ints

RESIDENT, VISITOR, MOVER = range(3)
KINDS = ["resident", "visitor", "mover"]
_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "female": (np.bool_, False),
    "born": (np.int32, NONE),
    "died": (np.int32, NONE),
    "born_country": (np.int16, 0),
    "culture": (np.int16, 0),
    "mother": (np.int32, -1),
    "father": (np.int32, -1),
    "kind": (np.int8, RESIDENT),
    "citizenship": (np.int16, 0),
    "second": (np.int16, -1),
    "national_from": (np.int32, NONE),
    "region": (np.int16, -1),
    "inside_at_start": (np.bool_, False),
    "number_from": (np.int32, NONE),
    "refugee_from": (np.int32, NONE),
}


class People:
    """Columns by name; a person is a position. `died` is NONE for those who outlive the simulation."""

    def __init__(self) -> None:
        self._columns: dict[str, Ints] = {name: np.empty(0, kind) for name, (kind, _) in _DEFAULTS.items()}

    def add(self, n: int, **columns: Any) -> Ints:
        """Add `n` people; returns their positions."""
        first = len(self)
        for name, (kind, default) in _DEFAULTS.items():
            values = np.broadcast_to(np.asarray(columns.pop(name, default)).astype(kind), (n,))
            self._columns[name] = np.concatenate([self._columns[name], values])
        if columns:
            raise KeyError(f"people have no column {sorted(columns)}")
        return np.arange(first, first + n)

    def __len__(self) -> int:
        return len(self._columns["born"])

    def __getattr__(self, name: str) -> Ints:
        if name.startswith("_") or name not in self._columns:
            raise AttributeError(name)
        return self._columns[name]

    def alive_until(self) -> Ints:
        """Day of death, or a day beyond all days."""
        return np.where(self.died == NONE, 2**30, self.died)
