"""The process of one job: `python -m karvan_portal.data.work JOB`. Does the work and writes its progress where pages read it."""

from __future__ import annotations

import logging
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from karvan.workspace import Progress

SHORTEST = 0.3  # seconds between two lines of progress in the database


def main(number: int) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a cancelled job leaves through its own doors
    django.setup()
    from django.utils import timezone

    from karvan.errors import KarvanError
    from karvan_portal.data.models import Job

    mine = Job.objects.filter(pk=number)
    mine.update(state="running")
    said = [0.0]

    def report(message: str, done: float) -> None:
        if time.monotonic() - said[0] >= SHORTEST:
            said[0] = time.monotonic()
            mine.update(message=message[:300], part_done=min(max(done, 0.0), 1.0))

    try:
        lines = WORK[mine.get().kind](report)
    except KarvanError as wrong:
        mine.update(state="failed", ended_at=timezone.now(), message=str(wrong))
        return
    except Exception:
        logging.getLogger("karvan_portal").exception("job %s", number)
        mine.update(state="failed", ended_at=timezone.now(), message=f"An error of ours; see job-{number}.log in the workspace's portal folder.")
        return
    mine.filter(state="running").update(state="done", ended_at=timezone.now(), part_done=1.0, message="", report=lines)


def run(report: Progress) -> list[dict[str, Any]]:
    """Run the line, and draw intervals of the figures that changed; one line per step."""
    from karvan import line
    from karvan.uncertainty import Intervals
    from karvan_portal import source

    return [
        {"step": name, "rows_out": ran.rows_out, "rows_set_aside": ran.rows_set_aside, "seconds": ran.seconds} if ran else {"step": name, "unchanged": True}
        for name, ran in line.run(source.workspace(), progress=report, before={"disclosure": Intervals(source.workspace()).draw})
    ]


def profile(report: Progress) -> list[dict[str, Any]]:
    """Write the profile in every language of the pack, with its numbers leading to the portal's explanations."""
    from karvan.publish import profile as write
    from karvan_portal import source
    from karvan_portal.profile.edition import folder

    languages = source.country().languages
    for place, lang in enumerate(languages):

        def part(message: str, done: float, *, place: int = place, lang: str = lang) -> None:
            report(f"{lang}: {message}", (place + done) / len(languages))

        write(source.workspace(), lang=lang, out=folder(), explain_url="/statistics/explain", progress=part)
    return []


def thresholds(report: Progress) -> list[dict[str, Any]]:
    """Compute the headline figures under other thresholds of linkage."""
    from karvan_portal.data.models import Job
    from karvan_portal.linkage.effects import effects

    return effects(report, actor=Job.objects.filter(kind="thresholds").latest("pk").started_by)


def baseline(report: Progress) -> list[dict[str, Any]]:
    """Write an edition of the baseline study, in every language of the pack."""
    from karvan.baseline import study
    from karvan_portal import source

    study(source.workspace(), progress=report)
    return []


WORK: dict[str, Callable[[Progress], list[dict[str, Any]]]] = {"run": run, "profile": profile, "baseline": baseline, "thresholds": thresholds}

if __name__ == "__main__":
    main(int(sys.argv[1]))
