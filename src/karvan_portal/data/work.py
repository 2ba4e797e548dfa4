"""The process of one job: `python -m karvan_portal.data.work JOB`. Runs the line and writes its progress where pages read it."""

from __future__ import annotations

import logging
import sys
import time

import django

SHORTEST = 0.3  # seconds between two lines of progress in the database


def main(number: int) -> None:
    django.setup()
    from django.utils import timezone

    from karvan import line
    from karvan.errors import KarvanError
    from karvan_portal import source
    from karvan_portal.data.models import Job

    mine = Job.objects.filter(pk=number)
    mine.update(state="running")
    said = [0.0]

    def report(message: str, done: float) -> None:
        if time.monotonic() - said[0] >= SHORTEST:
            said[0] = time.monotonic()
            mine.update(message=message[:300], part_done=min(max(done, 0.0), 1.0))

    try:
        ran = line.run(source.workspace(), progress=report)
    except KarvanError as wrong:
        mine.update(state="failed", ended_at=timezone.now(), message=str(wrong)[:300])
        return
    except Exception:
        logging.getLogger("karvan_portal").exception("job %s", number)
        mine.update(state="failed", ended_at=timezone.now(), message=f"An error of ours; see job-{number}.log in the workspace's portal folder.")
        return
    lines = [
        {"step": name, "rows_out": run.rows_out, "rows_set_aside": run.rows_set_aside, "seconds": run.seconds} if run else {"step": name, "unchanged": True} for name, run in ran
    ]
    mine.update(state="done", ended_at=timezone.now(), part_done=1.0, message="", report=lines)


if __name__ == "__main__":
    main(int(sys.argv[1]))
