"""Train the name model that the package ships.

    python benchmarks/linkage/train_names.py --shared ../shared -o src/karvan/linkage/names/model.npz

Reads `data/name_pairs` (train alone), `data/names_transliteration_pairs` and `data/names_common` below --shared. Needs, besides karvan,
the packages of `names_training/requirements.txt`. Takes about two minutes of processor time; the same input gives the same model.

1. Letters: from pairs of one person's names, and single name parts in two scripts, learn how letters answer to each other.
2. Lists: which spellings of name parts are met as one name, and which never are (`reading.vocabulary`, `equivalents.txt`).
3. Evidence: each fifth of the persons is read with letters learned from the other four, so that the trees see evidence as it is for
   persons never met.
4. Trees: boosted on the real pairs and on drawn ones (relatives, namesakes, other forms), which count less.
5. Calibration and threshold, by scores of trees grown without each pair's fifth of the persons: log-odds are stretched so that scores are probabilities among
   the real pairs. The threshold is fixed; the scores show what it does.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "names_training"))
import boost
import data
import reading
from confusable import Confusable
from learn_letters import Reader, learn_letters

import drawn

FOLDS = 5
THRESHOLD = 0.6     # between the best for the real pairs (about 0.5) and the best with the drawn ones, which are harder (about 0.7)
WEIGHT_OF_DRAWN, WEIGHT_OF_NEAR = 0.15, 0.06      # close other names are hard to tell from spellings, for people too
WITHOUT_LISTS = 0.3     # share of the pairs drawn from the lists of name parts that are learned as if no list knew them, else the lists would seem to be always right


def train(shared: Path, out: Path) -> None:
    start = time.process_time()

    def say(what: str) -> None:
        print(f"{time.process_time() - start:6.1f} s  {what}", flush=True)

    reader = Reader.built()
    parts, common = data.parts_in_two_scripts(shared), data.common_names(shared)
    real = data.pairs(shared, "train")
    rarity = reading.rarity(reader, [(latin, 1 + np.log(count)) for latin, _, _, count in parts] + [(local or roman, 3.0) for local, roman, _ in common])
    vocabulary = reading.vocabulary(reader, parts)
    fold = boost.folds(real.person, FOLDS)

    def letters(without: int | None):
        same = [(a, b) for a, b, label, f in zip(real.name_a, real.name_b, real.label, fold, strict=True) if label and f != without]
        return learn_letters(reader, same, parts, common)

    by_fold = [letters(f) for f in range(FOLDS)]
    say("letters learned for each fifth")
    near = Confusable(reader, by_fold[0], parts, seed=1)
    made = drawn.draw(real, boost.surely_unlike(reader, by_fold[0]), near, seed=1)
    made += drawn.singles(parts, near, seed=1) + drawn.own_spelling(real, near, seed=1) + drawn.chinese(real, common, seed=1)
    a, b = real.name_a + made.name_a, real.name_b + made.name_b
    label = np.array(real.label + made.label)
    fold_of = boost.folds(real.person + made.person, FOLDS)
    is_real = np.arange(len(label)) < len(real.label)
    weight = np.array([1.0] * len(real.label) + [WEIGHT_OF_NEAR if kind.startswith("near") else WEIGHT_OF_DRAWN for kind in made.kind])
    x = np.zeros((len(label), boost.ev.WIDTH_OF_EVIDENCE), np.float32)
    for f in range(FOLDS):
        at = np.flatnonzero(fold_of == f)
        x[at] = boost.Evidence(reader, by_fold[f], rarity, vocabulary)([a[i] for i in at], [b[i] for i in at])
    say(f"evidence of {is_real.sum():,} real and {(~is_real).sum():,} drawn pairs")
    from_lists = np.array([kind == "single" or kind.startswith("near") or kind.endswith("nearly spelled so") for kind in real.kind + made.kind])
    met = [boost.ev.EVIDENCE.index("met"), boost.ev.EVIDENCE.index("never_met")]
    x[np.ix_(from_lists & (np.random.default_rng(1).random(len(label)) < WITHOUT_LISTS), met)] = 0
    scores = np.zeros(len(label))
    for f in range(FOLDS):
        scores[fold_of == f] = boost.grow(x[fold_of != f], label[fold_of != f], weight[fold_of != f]).predict(x[fold_of == f])
    slope, shift = boost.calibration(scores[is_real], label[is_real])
    scores = boost.calibrated(scores, slope, shift)
    best = {round(boost.best_threshold(scores[is_real], label[is_real]), 3), round(boost.best_threshold(scores, label, weight), 3)}
    found = ", ".join(f"{f1(scores[is_real] >= at, label[is_real]):.4f} from {at}" for at in sorted({*best, THRESHOLD}))
    say(f"F1 on the real pairs of train, by persons not met: {found}; the threshold is {THRESHOLD}")
    kinds = np.array(real.kind + made.kind)
    for kind in sorted(set(kinds)):
        of = kinds == kind
        print(f"          {kind}: accepted {np.mean(scores[of] >= THRESHOLD):.4f} of {of.sum():,} pairs, of which {label[of].sum():,} are the same person")
    model = boost.name_model(reader, letters(None), rarity, vocabulary, boost.grow(x, label, weight), THRESHOLD, slope, shift)
    model.save(out)
    say(f"{out} written, {out.stat().st_size / 1e6:.1f} MB")


def f1(accepted: np.ndarray, label: np.ndarray) -> float:
    return float(2 * (accepted & (label == 1)).sum() / (accepted.sum() + label.sum()))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shared", type=Path, required=True)
    arguments.add_argument("-o", "--out", type=Path, required=True)
    options = arguments.parse_args()
    train(options.shared, options.out)
