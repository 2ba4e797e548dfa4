"""The shipped name model: letters, weights of their correspondences, trees. Read from `model.npz` beside this file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

SHIPPED = Path(__file__).with_name("model.npz")
READER = ("kind", "count", "letters", "twin", "korean", "cantonese", "words", "word_flags")
WEIGHTS = ("pairs", "tables", "two", "norms", "sound_class", "rarity", "endings", "spellings", "names", "plain", "known", "known_from", "known_as", "known_share", "known_often", "known_bucket")
FOREST = ("roots", "feature", "split", "left", "value", "depth")


@dataclass(frozen=True)
class NameModel:
    """What the compiled code needs, in its order; and the score from which two names are taken for one person's."""

    reader: tuple[Any, ...]
    weights: tuple[Any, ...]
    forest: tuple[Any, ...]
    threshold: float

    def save(self, path: Path) -> None:
        arrays = dict(zip(READER + WEIGHTS + FOREST, self.reader + self.weights + self.forest, strict=True))
        np.savez_compressed(path, threshold=np.array(self.threshold), **arrays)


def load(path: Path) -> NameModel:
    """Read a model from a file."""
    with np.load(path) as arrays:
        def pick(names):
            return tuple(np.ascontiguousarray(arrays[name]) for name in names)
        return NameModel(pick(READER), pick(WEIGHTS), pick(FOREST), float(arrays["threshold"]))


@cache
def shipped() -> NameModel:
    """The model that the package carries."""
    return load(SHIPPED)
