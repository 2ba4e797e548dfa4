"""The peer of name comparison: gradient boosting over string similarities of names romanised by anyascii.

    python names_boosting.py FOLDER_OF_PAIRS OUT.json

Trained on `train.parquet`, its threshold the one of the best F1 there with each fifth of the persons scored by the other four. OUT has the scores of
`dev.parquet` in the order of all columns, the threshold, and pairs by second of the clock and of processor time.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from pathlib import Path

import duckdb
import numpy as np
from anyascii import anyascii
from rapidfuzz import distance, fuzz
from sklearn.ensemble import HistGradientBoostingClassifier

FOLDS = 5


def pairs(folder: Path, part: str) -> list[tuple]:
    return duckdb.connect().execute(f"select name_a, name_b, label, kind, entity_a, lang_a, lang_b, script_a, script_b from '{folder}/{part}.parquet' order by all").fetchall()


def features(rows: list[tuple]) -> np.ndarray:
    out = []
    for one, other, *_ in rows:
        x, y = anyascii(one).lower().replace(",", ""), anyascii(other).lower().replace(",", "")
        sx, sy = "".join(c for c in x if c not in "aeiou'` "), "".join(c for c in y if c not in "aeiou'` ")
        out.append([
            fuzz.ratio(x, y), fuzz.token_sort_ratio(x, y), fuzz.token_set_ratio(x, y), fuzz.partial_ratio(x, y), fuzz.WRatio(x, y),
            distance.JaroWinkler.similarity(x, y), distance.Levenshtein.normalized_similarity(x, y), fuzz.ratio(sx, sy), distance.JaroWinkler.similarity(sx, sy),
            len(x), len(y), len(x.split()), len(y.split()), ord(one[0]), ord(other[0]),
        ])  # fmt: skip
    return np.array(out)


def best_threshold(score: np.ndarray, label: np.ndarray) -> float:
    order = np.argsort(-score, kind="stable")
    right = np.cumsum(label[order])
    return float(score[order][(2 * right / (np.arange(1, len(order) + 1) + label.sum())).argmax()])


def grown(x: np.ndarray, y: np.ndarray) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(max_iter=300, random_state=1).fit(x, y)


def main(folder: Path, out: Path) -> None:
    train, dev = pairs(folder, "train"), pairs(folder, "dev")
    x, y = features(train), np.array([row[2] for row in train])
    fold = np.array([zlib.crc32(row[4].encode()) % FOLDS for row in train])
    unseen = np.zeros(len(y))
    for f in range(FOLDS):
        unseen[fold == f] = grown(x[fold != f], y[fold != f]).predict_proba(x[fold == f])[:, 1]
    fitted = grown(x, y)
    wall, spent = time.perf_counter(), time.process_time()
    score = fitted.predict_proba(features(dev))[:, 1]
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    out.write_text(json.dumps({"score": score.tolist(), "threshold": best_threshold(unseen, y), "pace": [len(dev) / wall, len(dev) / spent]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
