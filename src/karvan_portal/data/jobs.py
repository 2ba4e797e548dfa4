"""Running the line from the portal: a process of its own, and its progress on the page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from karvan.errors import BusyError
from karvan_portal.data.models import Job


def start(username: str, *, kind: str = "run") -> Job:
    """Start the line (`run`), or the writing of the profile (`profile`). Raises BusyError if something started here is still going.

    The work is a process of its own: it may take memory and time without slowing pages, and the workspace's lock keeps two
    runs apart, whoever starts them.
    """
    settle()
    with transaction.atomic():
        if Job.objects.filter(state__in=("waiting", "running")).exists():
            raise BusyError(_("A job is running already."), fix=_("wait until it ends"))
        job = Job.objects.create(started_by=username, kind=kind)
    log = (settings.OWN_FOLDER / f"job-{job.pk}.log").open("ab")
    with log:
        process = subprocess.Popen(
            [sys.executable, "-m", "karvan_portal.data.work", str(job.pk)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "KARVAN_WORKSPACE": str(settings.WORKSPACE), "DJANGO_SETTINGS_MODULE": "karvan_portal.settings"},
        )
    _children[job.pk] = process
    Job.objects.filter(pk=job.pk).update(process=process.pid)
    job.refresh_from_db()
    return job


_children: dict[int, subprocess.Popen[bytes]] = {}


def cancel(job: Job) -> bool:
    """Stop a job's process; says whether there was one to stop. What it had not committed is gone, and it tidies up after itself."""
    settle()
    job.refresh_from_db()
    if not job.is_open or not job.process:
        return False
    os.kill(job.process, signal.SIGTERM)
    Job.objects.filter(pk=job.pk, state__in=("waiting", "running")).update(state="stopped", ended_at=timezone.now(), message="")
    return True


def settle() -> None:
    """Mark jobs whose process is gone without a word as stopped."""
    for job in Job.objects.filter(state__in=("waiting", "running")):
        child = _children.get(job.pk)
        if child is not None:
            child.poll()
        if job.process and not is_alive(job.process):
            Job.objects.filter(pk=job.pk, state__in=("waiting", "running")).update(
                state="stopped",
                ended_at=timezone.now(),
                message=_("The process ended without a word. What was committed before is in force; run again to go on."),
            )


def is_alive(process: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[-1].split()[0] != "Z"
    except OSError:
        return True
