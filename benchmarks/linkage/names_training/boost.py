"""The second half of the training: from evidence to a probability, by boosted trees."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import reading
import weights
from learn_letters import LetterModel, Reader

from karvan.linkage.names import evidence as ev
from karvan.linkage.names.alignment import align, new_rows
from karvan.linkage.names.compare import packed
from karvan.linkage.names.model import NameModel

PAIRS = weights.PAIR_NUMBER
TREES = 240
SETTINGS = {
    "objective": "binary", "num_leaves": 47, "max_depth": 8, "learning_rate": 0.08, "min_data_in_leaf": 20, "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1,
    "lambda_l2": 5, "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True,
}  # fmt: skip


class Evidence:
    """Evidence of pairs of names by one model of letters."""

    def __init__(self, reader: Reader, model: LetterModel, rarity: np.ndarray, vocabulary: tuple[np.ndarray, ...]) -> None:
        self.reader = reader.arrays
        self.weights = (PAIRS, model.tables, model.units.two, model.norms, reading.sound_classes(reader.alphabet), rarity, reading.endings(reader.alphabet), *reading.equivalents(reader), *vocabulary)

    def __call__(self, a: list[str], b: list[str]) -> np.ndarray:
        out = np.zeros((len(a), ev.WIDTH_OF_EVIDENCE), np.float32)
        ev.evidence(*packed(a, "a"), *packed(b, "b"), self.reader, self.weights, out)
        return out


def folds(persons: list[str], n: int = 5) -> np.ndarray:
    """A fold for each pair; all pairs of one person are in one fold."""
    return np.array([zlib.crc32(p.encode()) % n for p in persons])


def surely_unlike(reader: Reader, model: LetterModel) -> Callable[[str, str], bool]:
    """A judge for `drawn`: two names of one script have no part in common."""
    space, _ = new_rows()

    def unlike(x: str, y: str) -> bool:
        for s, a in reader.name(x)[0]:
            for t, b in reader.name(y)[0]:
                if s == t:
                    w = align(a, len(a), b, len(b), s, t, PAIRS, model.tables, model.units.two, space)
                    if w > 0.55 * model.norms[PAIRS[s, t]] * (max(len(a), len(b)) - 2):
                        return False
        return True

    return unlike


def grow(x: np.ndarray, y: np.ndarray, weight: np.ndarray):
    import lightgbm

    return lightgbm.train(SETTINGS, lightgbm.Dataset(x, y, weight=weight), TREES)


def forest(booster) -> tuple[np.ndarray, ...]:
    """The trees as arrays; see `karvan.linkage.names.trees.log_odds`."""
    roots, feature, split, left, value = [], [], [], [], []

    def blank() -> None:
        for row, nothing in ((feature, 0), (split, np.inf), (left, len(left)), (value, 0.0)):
            row.append(nothing)

    def place(at: int, node: dict) -> None:
        if "leaf_value" in node:
            value[at] = node["leaf_value"]
            return
        bound = np.float32(node["threshold"])
        if bound > node["threshold"]:
            bound = np.nextafter(bound, np.float32(-np.inf))
        feature[at], split[at], left[at] = node["split_feature"], bound, len(feature)
        first = len(feature)
        blank()
        blank()
        place(first, node["left_child"])
        place(first + 1, node["right_child"])

    for tree in booster.dump_model()["tree_info"]:
        roots.append(len(feature))
        blank()
        place(roots[-1], tree["tree_structure"])
    return np.array(roots, np.int32), np.array(feature, np.uint8), np.array(split, np.float32), np.array(left, np.int32), np.array(value, np.float32), np.array([SETTINGS["max_depth"]], np.int64)


def best_threshold(score: np.ndarray, label: np.ndarray, weight: np.ndarray | None = None) -> float:
    """The score from which accepting gives the best F1."""
    weight = np.ones(len(score)) if weight is None else weight
    order = np.argsort(-score, kind="stable")
    right = np.cumsum((weight * label)[order])
    f1 = 2 * right / (np.cumsum(weight[order]) + (weight * label).sum())
    at = int(f1.argmax())
    return float((score[order][at] + score[order][min(at + 1, len(order) - 1)]) / 2)


def calibration(score: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Slope and shift of the log-odds that make scores probabilities among these pairs (Platt)."""
    odds = np.log(score / (1 - score))
    slope, shift = 1.0, 0.0
    for _ in range(50):         # Newton's steps on the log-likelihood
        chance = 1 / (1 + np.exp(-(slope * odds + shift)))
        off, spread = chance - label, chance * (1 - chance)
        gradient = np.array([(off * odds).sum(), off.sum()])
        curvature = np.array([[(spread * odds * odds).sum(), (spread * odds).sum()], [(spread * odds).sum(), spread.sum()]])
        slope, shift = np.array([slope, shift]) - np.linalg.solve(curvature, gradient)
    return float(slope), float(shift)


def calibrated(score: np.ndarray, slope: float, shift: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(slope * np.log(score / (1 - score)) + shift)))


def name_model(reader: Reader, model: LetterModel, rarity: np.ndarray, vocabulary: tuple[np.ndarray, ...], booster, threshold: float, slope: float, shift: float) -> NameModel:
    """All that runs: the leaves carry the calibration, the shift is in the first tree."""
    evidence = Evidence(reader, model, rarity, vocabulary)
    roots, feature, split, left, value, depth = forest(booster)
    value = (value * slope).astype(np.float32)
    value[roots[0] : roots[1]] += np.float32(shift)
    return NameModel(evidence.reader, evidence.weights, (roots, feature, split, left, value, depth), threshold)
