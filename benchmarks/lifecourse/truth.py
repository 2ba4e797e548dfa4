"""Figures of synthetic countries against their truth, over seeds and defect rates.

    python benchmarks/lifecourse/truth.py [--residents 50000] [--seeds 20] [--rates 1 2] [--workers 2] [--out FILE.jsonl] [--keep FOLDER]

Every country is made, read, linked and taken through its life courses; residents (on 1 January), foreign residents and migrations of each year that UR-12/16 has decided are compared
with the truth. Errors are pooled: the sum over seeds and years against the sum in truth; `worst` is the largest error of one seed (years summed). Citizenship groups that count are those with
more than 200 true migrations of a kind in a country (the mean of the seeds); of those with so many in all countries together the furthest is told. Per person: of those counted as migrants in a year, the share who truly were (precision); of true migrants, the share counted (sensitivity).

Ends with 1 where an aim is missed: residents within 1 per cent, foreign residents 2, immigrants and emigrants 3 and 5 in a citizenship group, sensitivity and precision 0.95.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

AIMS = {"residents": 0.01, "foreign residents": 0.02, "immigration": 0.03, "emigration": 0.03}
AIM_OF_GROUP, MIGRATIONS_OF_GROUP, AIM_PER_PERSON, RULE = 0.05, 200, 0.95, "UR-12/16"


def scored(residents: int, seed: int, rate: float, kept: Path | None) -> dict[str, Any]:
    """The score of one country, made in a folder that is gone afterwards; or in `kept`, where its later steps alone are run anew when they have changed."""
    from karvan import line
    from karvan.country import for_workspace
    from karvan.synth.make import make
    from karvan.synth.score import score
    from karvan.workspace import Workspace

    folder = Path(tempfile.mkdtemp(prefix="truth-", dir=kept))
    linked = kept / f"{residents}-{seed}-x{rate:g}" if kept else folder
    try:
        if not (linked / "ws").exists():
            ws = Workspace.create(folder / "ws", packs=["az", "world"])
            make(for_workspace(ws), seed=seed, residents=residents, extracts=ws.extracts, truth=ws.root / "truth", defect_rates=rate)
            line.run(ws, through="link")
            if linked != folder:
                shutil.rmtree(ws.extracts)
                folder.rename(linked)      # whole, or not there
        ws = Workspace.open(linked / "ws")
        line.run(ws, through="lifecourse")
        return {"residents": residents, "seed": seed, "rate": rate, **{key: value for key, value in score(ws).items() if key in ("residence", "foreign", "flows", "flows_by_citizenship", "flow_dates")}}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def decided(rows: list[dict[str, Any]], last: int) -> list[dict[str, Any]]:
    """Rows of the rule and of years that it has decided: up to `last`."""
    return [row for row in rows if row.get("rule", RULE) == RULE and int(str(row.get("day", row.get("year")))[:4]) <= last]


def report(results: list[dict[str, Any]], *, last: int = 2024) -> tuple[list[str], list[str]]:
    """Lines to print, and the aims that were missed."""
    lines, missed = [], []
    for rate in sorted({one["rate"] for one in results}):
        of_rate = [one for one in results if one["rate"] == rate]
        lines.append(f"defect rates x{rate:g}, {len(of_rate)} seeds")
        series = {
            "residents": [(one["seed"], row) for one in of_rate for row in decided(one["residence"], last + 1)],
            "foreign residents": [(one["seed"], row) for one in of_rate for row in decided(one["foreign"], last + 1)],
            **{flow: [(one["seed"], row) for one in of_rate for row in decided(one["flows"], last) if row["flow"] == flow] for flow in ("immigration", "emigration")},
        }
        for name, rows in series.items():
            ours, truth, agreed = (sum(row[key] for _, row in rows) for key in ("ours", "truth", "agreed"))
            by_seed = defaultdict(lambda: [0, 0])
            for seed, row in rows:
                by_seed[seed][0] += row["ours"]
                by_seed[seed][1] += row["truth"]
            worst = max((abs(a / b - 1) for a, b in by_seed.values()), default=0.0)
            error, sensitivity, precision = ours / truth - 1, agreed / truth, agreed / ours
            lines.append(f"  {name:<18} {ours:>10,} of {truth:>10,}  error {error:+7.2%}  worst {worst:6.2%}  sensitivity {sensitivity:.4f}  precision {precision:.4f}")
            if abs(error) > AIMS[name]:
                missed.append(f"x{rate:g} {name} {error:+.2%}")
            if name in ("immigration", "emigration") and min(sensitivity, precision) < AIM_PER_PERSON:
                missed.append(f"x{rate:g} {name} per person {min(sensitivity, precision):.4f}")
        groups: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for one in of_rate:
            for row in decided(one["flows_by_citizenship"], last):
                groups[row["flow"], row["citizenship"]][0] += row["ours"]
                groups[row["flow"], row["citizenship"]][1] += row["truth"]
        for least, words in ((MIGRATIONS_OF_GROUP * len(of_rate), "in a country"), (MIGRATIONS_OF_GROUP, "in all countries together")):
            errors = {key: ours / truth - 1 for key, (ours, truth) in groups.items() if truth > least}
            if errors:
                furthest = max(errors, key=lambda key: abs(errors[key]))
                lines.append(f"  {len(errors)} citizenship groups of more than {MIGRATIONS_OF_GROUP} {words}: the furthest is {furthest[0]} of {furthest[1]}, {errors[furthest]:+.2%}")
        large = {key: ours / truth - 1 for key, (ours, truth) in groups.items() if truth > MIGRATIONS_OF_GROUP * len(of_rate)}
        if large:
            missed += [f"x{rate:g} {flow} of {citizenship} {error:+.2%}" for (flow, citizenship), error in large.items() if abs(error) > AIM_OF_GROUP]
        dates = [row["median_days"] for one in of_rate for row in decided(one["flow_dates"], last)]
        if dates:
            lines.append(f"  date of a migration: the median is {sorted(dates)[len(dates) // 2]} days off, at most {max(dates)} in any year of any seed")
    return lines, missed


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--residents", type=int, default=50_000)
    words.add_argument("--seeds", type=int, default=20)
    words.add_argument("--rates", type=float, nargs="+", default=[1.0, 2.0])
    words.add_argument("--workers", type=int, default=2)
    words.add_argument("--out", type=Path, help="a score a line; countries that the file already holds are not made again")
    words.add_argument("--keep", type=Path, help="folder in which the countries stay (some 150 MB each), so that another rule is scored without making and linking them again")
    said = words.parse_args()
    if said.keep:
        said.keep.mkdir(parents=True, exist_ok=True)
    asked = [(said.residents, seed, rate) for rate in said.rates for seed in range(1, said.seeds + 1)]
    results = [json.loads(row) for row in said.out.read_text(encoding="utf-8").splitlines()] if said.out and said.out.exists() else []
    results = [one for one in results if (one["residents"], one["seed"], one["rate"]) in asked]
    there = {(one["residents"], one["seed"], one["rate"]) for one in results}
    with ProcessPoolExecutor(said.workers) as pool:
        begun = [pool.submit(scored, *one, said.keep) for one in asked if one not in there]
        for done in as_completed(begun):
            if done.exception():
                pool.shutdown(cancel_futures=True)      # one that fails, fails at once, not after all the others
            row = json.dumps(done.result(), default=str)
            results.append(json.loads(row))
            if said.out:
                with said.out.open("a", encoding="utf-8") as kept:
                    kept.write(row + "\n")
    lines, missed = report(sorted(results, key=lambda one: (one["rate"], one["seed"])))
    print(f"{said.residents:,} residents", *lines, sep="\n")
    print("aims met" if not missed else "missed: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
