"""From linked records to cubes: seconds of each stage of `karvan run` on a made country, rows per second and peak memory.

    python benchmarks/lifecourse/step.py [RESIDENTS] [--longest 12]

The country is made, read and linked first, which is not counted. Then every later step is timed between the messages that it gives on its way: by the clock, and in processor time. Shown are the stages that take
longest in each step, and each step as a whole with the rows that it read and wrote.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from karvan import line
from karvan.country import for_workspace
from karvan.synth.make import make
from karvan.workspace import Workspace


class Stages:
    """Clock and processor time between one message of progress and the next, by what the first one said: `step: stage`."""

    def __init__(self) -> None:
        self.at, self.since = "", (time.monotonic(), time.process_time())
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def __call__(self, message: str, done: float) -> None:
        now = time.monotonic(), time.process_time()
        for place in (0, 1):
            self.spent[self.at][place] += now[place] - self.since[place]
        self.at, self.since = message, now


def main(residents: int, longest: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ws = Workspace.create(Path(folder) / "ws", packs=["az", "world"])
        make(for_workspace(ws), seed=1, residents=residents, extracts=ws.extracts, truth=ws.root / "truth")
        line.run(ws, through="link")
        before, stages = peak(), Stages()
        done = [(name, run) for name, run in line.run(ws, progress=stages) if run]
        print(f"{residents:,} residents; peak {peak():,.0f} MB ({before:,.0f} before)")
        for name, run in done:
            of_step = {message.partition(": ")[2] or "(the rest)": spent for message, spent in stages.spent.items() if message.partition(": ")[0] == name}
            clock, processors = (sum(spent[place] for spent in of_step.values()) for place in (0, 1))
            rows = run.rows_in + run.rows_out
            print(f"\n{name:<34}{clock:8.1f} s{processors:8.1f} s of processors{rows:14,} rows in and out{rows / max(clock, 0.01):12,.0f} a second")
            for stage, spent in sorted(of_step.items(), key=lambda item: -item[1][1])[:longest]:
                print(f"    {stage:<30}{spent[0]:8.2f}  {spent[1]:8.2f}")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    said = argparse.ArgumentParser()
    said.add_argument("residents", nargs="?", type=int, default=20_000)
    said.add_argument("--longest", type=int, default=12, help="stages of each step to show")
    chosen = said.parse_args()
    main(chosen.residents, chosen.longest)
