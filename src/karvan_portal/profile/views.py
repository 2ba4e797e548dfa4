"""The migration profile in the portal: contents, chapters, files."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from karvan_portal import safety, source
from karvan_portal.accounts import audit, rights
from karvan_portal.data import jobs
from karvan_portal.data.models import Job
from karvan_portal.frame import account_of
from karvan_portal.profile import edition

# Drawings carry their own style attributes; nothing else is opened for them.
WITH_DRAWINGS = safety.OWN_ORIGIN_ONLY + "; style-src-attr 'unsafe-inline'"


def chosen(request: HttpRequest) -> edition.Edition | None:
    """The edition in the reader's language, else in any there is."""
    there = edition.languages()
    wanted = source.language() if source.language() in there else next(iter(there), "")
    return edition.read(wanted)


def read(request: HttpRequest) -> HttpResponse:
    """Contents of the profile, or how to come to one."""
    found = chosen(request)
    jobs.settle()
    job = Job.objects.filter(kind="profile").first()
    stale = found is not None and found.commit is not None and found.commit < source.workspace().head().number
    return render(
        request,
        "profile/read.html",
        {
            "edition": found,
            "other_language": found is not None and found.lang != source.language(),
            "stale": stale,
            "may_make": rights.runs_line(account_of(request)),
            "job": job if job and (job.is_open or not found) else None,
        },
    )


def chapter(request: HttpRequest, name: str) -> HttpResponse:
    """One chapter, with the chapters before and after it."""
    found = chosen(request)
    place = found.chapter(name) if found else None
    if found is None or place is None:
        raise Http404
    response = render(
        request,
        "profile/chapter.html",
        {
            "edition": found,
            "chapter": found.chapters[place],
            "before": found.chapters[place - 1] if place else None,
            "after": found.chapters[place + 1] if place + 1 < len(found.chapters) else None,
        },
    )
    response["Content-Security-Policy"] = WITH_DRAWINGS
    return response


def pdf(request: HttpRequest) -> FileResponse:
    """The edition as PDF."""
    found = chosen(request)
    if found is None or found.pdf is None:
        raise Http404
    return FileResponse(found.pdf.open("rb"), as_attachment=True, filename=found.pdf.name, content_type="application/pdf")


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Write the profile anew, in every language, in the background."""
    account = account_of(request)
    rights.require(rights.runs_line(account), _("Only the operator writes the profile."), _("ask the operator"))
    job = jobs.start(account.username, kind="profile")
    audit.write(account.username, "write_profile", f"job {job.pk}")
    return redirect("profile:read")
