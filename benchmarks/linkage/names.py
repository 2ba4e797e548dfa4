"""Names: the shipped comparison on persons it never met, beside a peer, in one run.

    python benchmarks/linkage/names.py --shared FOLDER

The shipped model learned from `train.parquet` alone and its threshold was fixed there; `dev.parquet` is only read here. The peer is gradient boosting over
string similarities of romanised names (`peers/names_boosting.py`), trained on the same file, its threshold fixed in the same way; it is left out, with a
note, where its Python is missing. FOLDER, or the variable KARVAN_SHARED, names the folder with `data/name_pairs`; without it nothing is measured, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "names_training"))
import data

HERE = Path(__file__).parent
EAST = {"HAN", "HANGUL", "KATAKANA"}
COPIES = 30
PROCESSORS = os.cpu_count() or 1
PEER = "boosting over string features"


AIMS = {"all": 0.92, "without Han, Kana, Hangul": 0.95}
AIM_OF_RECALL, AIM_OF_PACE = 0.80, 100_000


def main(shared: Path, detail: bool, peers: Path) -> bool:
    """Print the tables; returns whether the aims are met and F1 is above the peer's."""
    from karvan.linkage.names import compare_names, shipped

    dev = data.pairs(shared, "dev")
    label = np.array(dev.label)
    started = time.perf_counter()
    compare_names(["a"], ["b"])
    print(f"first call (loading, and compiling where no cache is kept): {time.perf_counter() - started:.2f} s")
    scores = {"karvan": (compare_names(dev.name_a, dev.name_b), shipped().threshold)}
    rates = {"karvan": pace(compare_names, dev.name_a * COPIES, dev.name_b * COPIES)}
    if peers.exists():
        *scores[PEER], rates[PEER] = peer_of(shared, peers)
    else:
        print(f"no peer: {peers} is not there; `make bench-linkage` makes it")
    east = np.array([a in EAST or b in EAST for a, b in zip(dev.script_a, dev.script_b, strict=True)])
    kind = np.array(dev.kind)
    groups = {"all": np.ones(len(label), bool), "without Han, Kana, Hangul": ~east, "with Han, Kana or Hangul": east}
    groups |= {"same and random": kind != "hard", "same and hard": kind != "random"}
    for name, (score, threshold) in scores.items():
        wall, processor = rates[name]
        print(f"\n{name}: threshold {threshold:.3f}; {wall:,.0f} pairs a second here, {processor:,.0f} a second of processor time")
        table(score, threshold, label, groups)
    score, threshold = scores["karvan"]
    print("\nkarvan by pair of scripts (60 same persons or more)")
    table(score, threshold, label, by(dev.script_a, dev.script_b, label, least=60))
    if detail:
        print("\nkarvan by pair of languages (15 same persons or more)")
        table(score, threshold, label, by(dev.lang_a, dev.lang_b, label, least=15))
    relatives(shared, dev, compare_names, threshold)
    return verdict(scores, rates["karvan"][1], label, groups)


def verdict(scores: dict[str, tuple[np.ndarray, float]], processor: float, label: np.ndarray, groups: dict[str, np.ndarray]) -> bool:
    ours, _ = scores["karvan"]
    met = []
    print()
    for group, aim in AIMS.items():
        of = groups[group]
        f1 = {name: f1_of(score[of], at, label[of]) for name, (score, at) in scores.items()}
        met += [f1["karvan"] >= aim, f1["karvan"] >= max(f1.values())]
        print(f"{group}: F1 {f1['karvan']:.4f}, aim {aim}" + (f", {PEER} {f1[PEER]:.4f}" if PEER in f1 else ""))
    recall = recall_at(ours, label, 0.995)
    print(f"all: recall at precision 0.995 {recall:.4f}, aim {AIM_OF_RECALL}; {processor:,.0f} pairs a second of processor time on {PROCESSORS} processors, aim {AIM_OF_PACE:,}")
    met += [recall >= AIM_OF_RECALL, processor >= AIM_OF_PACE]
    print("aims met" if all(met) else "aims MISSED")
    return all(met)


def f1_of(score: np.ndarray, threshold: float, label: np.ndarray) -> float:
    accepted = score >= threshold
    return float(2 * (accepted & (label == 1)).sum() / (accepted.sum() + label.sum()))


def by(one: list[str], other: list[str], label: np.ndarray, *, least: int) -> dict[str, np.ndarray]:
    pair = np.array(["-".join(sorted((a, b))) for a, b in zip(one, other, strict=True)])
    found = {p: pair == p for p in sorted(set(pair))}
    return {p: of for p, of in found.items() if label[of].sum() >= least}


def table(score: np.ndarray, threshold: float, label: np.ndarray, groups: dict[str, np.ndarray]) -> None:
    print(f"  {'':28}{'same':>7}{'other':>7}{'precision':>11}{'recall':>9}{'F1':>8}{'recall at precision 0.995':>27}")
    for group, of in groups.items():
        s, y = score[of], label[of]
        accepted = s >= threshold
        right = int((accepted & (y == 1)).sum())
        precision, recall = right / max(1, accepted.sum()), right / y.sum()
        print(f"  {group:28}{y.sum():>7,}{(1 - y).sum():>7,}{precision:>11.4f}{recall:>9.4f}{2 * right / (accepted.sum() + y.sum()):>8.4f}{recall_at(s, y, 0.995):>27.4f}")


def recall_at(score: np.ndarray, label: np.ndarray, precision: float) -> float:
    order = np.argsort(-score, kind="stable")
    right = np.cumsum(label[order])
    fine = np.flatnonzero(right / np.arange(1, len(order) + 1) >= precision)
    return float(right[fine[-1]] / label.sum()) if len(fine) else 0.0


def pace(compare: Callable, a: list[str], b: list[str]) -> tuple[float, float]:
    """Pairs by second of the clock and by second of processor time on all processors."""
    wall, spent = time.perf_counter(), time.process_time()
    compare(a, b)
    wall, spent = time.perf_counter() - wall, time.process_time() - spent
    return len(a) / wall, PROCESSORS * len(a) / spent


def relatives(shared: Path, dev: data.Pairs, compare: Callable, threshold: float) -> None:
    """Pairs drawn from persons of dev: relatives and namesakes, and other forms of the same name."""
    import boost
    from confusable import Confusable
    from learn_letters import LetterModel, Reader

    import drawn
    from karvan.linkage.names import shipped

    _, tables, two, norms = shipped().weights[:4]
    reader, letters = Reader(shipped().reader), LetterModel(type("Units", (), {"two": two}), tables, norms)
    near = Confusable(reader, letters, data.parts_in_two_scripts(shared), seed=7)
    made = drawn.draw(dev, boost.surely_unlike(reader, letters), near, seed=7) + drawn.own_spelling(dev, near, seed=7)
    score, label, kind = compare(made.name_a, made.name_b), np.array(made.label), np.array(made.kind)
    print("\nkarvan on drawn pairs of persons of dev")
    print(f"  {'':28}{'pairs':>7}{'taken for one person':>22}")
    for name in sorted(set(kind)):
        for same in (1, 0):
            of = (kind == name) & (label == same)
            if of.any():
                print(f"  {name + (' (same person)' if same else ''):28}{of.sum():>7,}{np.mean(score[of] >= threshold):>22.4f}")


def peer_of(shared: Path, python: Path) -> tuple[np.ndarray, float, tuple[float, float]]:
    """Scores on dev, threshold and pace of the peer, which runs with its own packages."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "peer.json"
        subprocess.run([python, HERE / "peers" / "names_boosting.py", shared / "data" / "name_pairs", out], check=True)
        found = json.loads(out.read_text())
    wall, processor = found["pace"]
    return np.array(found["score"]), found["threshold"], (wall, PROCESSORS * processor)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--shared", type=Path, default=os.environ.get("KARVAN_SHARED") or None, help="the folder that holds data/name_pairs")
    arguments.add_argument("--detail", action="store_true", help="by pair of languages as well")
    arguments.add_argument("--peers", type=Path, default=HERE / "peers" / ".venv" / "bin" / "python", help="the Python that has the peers")
    options = arguments.parse_args()
    if options.shared is None:
        print("NOT MEASURED. The pairs of names are no part of this repository; say where they are: KARVAN_SHARED=FOLDER, a folder with data/name_pairs/train.parquet and dev.parquet.")
        sys.exit()
    if not (options.shared / "data" / "name_pairs" / "dev.parquet").exists():
        sys.exit(f"NOT MEASURED. There is no data/name_pairs/dev.parquet in {options.shared}, which KARVAN_SHARED or --shared names.")
    sys.exit(not main(options.shared, options.detail, options.peers))
