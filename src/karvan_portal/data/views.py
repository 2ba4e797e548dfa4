"""Pages of the data desk."""

from __future__ import annotations

import math
import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from karvan_portal import source, vocabulary
from karvan_portal.accounts import audit, rights
from karvan_portal.data import jobs, ledger, quality, quarantine
from karvan_portal.data.models import Job
from karvan_portal.frame import account_of


def sections(here: str) -> list[dict[str, Any]]:
    """Pages of the desk, for the row of links under its title."""
    titles = {"deliveries": _("Deliveries"), "quarantine": _("Set aside"), "completeness": _("Completeness"), "quality": _("Quality"), "runs": _("Runs")}
    return [{"url": reverse(f"data:{name}"), "title": title, "here": name == here} for name, title in titles.items()]


def deliveries(request: HttpRequest) -> HttpResponse:
    """Deliveries with their state; filters by feed, institution, state, lateness."""
    account = account_of(request)
    choice = ledger.Choice(request.GET.get("feed", ""), request.GET.get("institution", ""), request.GET.get("state", ""), bool(request.GET.get("late")))
    page = int(request.GET["page"]) if request.GET.get("page", "").isdigit() and int(request.GET["page"]) > 0 else 1
    found, count = ledger.deliveries(account, choice, page=page)
    pages = max(1, math.ceil(count / ledger.PAGE))
    return render(
        request,
        "data/deliveries.html",
        {
            "sections": sections("deliveries"),
            "found": found,
            "count": count,
            "number": page,
            "pages": pages,
            "choice": choice,
            "options": ledger.options(account),
            "states": list(vocabulary.STATE),
        },
    )


def delivery(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """One delivery: where its rows went, its gates, what can be done."""
    account = account_of(request)
    found = ledger.delivery(account, delivery_id)
    contract = ledger.contracts_by_feed().get(found["feed"])
    gates = ledger.gates(found)
    passed, failed = [g for g in gates if g.passed], [g for g in gates if not g.passed]
    return render(
        request,
        "data/delivery.html",
        {
            "sections": sections("deliveries"),
            "found": found,
            "counts": found
            | {
                "row_count": found["rows"],
                "read": found["rows_read"],
                "duplicate": found["rows_duplicate"],
                "superseded": found["rows_superseded"],
                "quarantined": found["rows_quarantined"],
            },
            "gates": gates,
            "passed": passed,
            "failed": failed,
            "gates_passed": len(passed),
            "gates_failed": len(failed),
            "contract": contract,
            "measures": quality.of_delivery(delivery_id),
            "may_accept": rights.runs_line(account) and found["state"] == "held",
            "wrong": "",
        },
    )


@require_POST
def accept(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """Accept a held delivery, with a reason."""
    account = account_of(request)
    found = ledger.delivery(account, delivery_id)
    rights.require(rights.runs_line(account), _("Only the operator accepts a held delivery."), _("ask the operator"))
    reason = request.POST.get("reason", "").strip()
    if len(reason) < 10:
        messages.error(request, _("Say why, in at least ten letters: the reason is kept with the delivery."))
        return redirect("data:delivery", delivery_id)
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Confirm that you have read which gates failed: an accepted delivery counts from the next run on."))
        return redirect("data:delivery", delivery_id)
    from karvan import intake

    intake.accept(source.workspace(), delivery_id, by=account.username, reason=reason)
    audit.write(account.username, "accept_delivery", delivery_id, reason)
    messages.success(request, _("Accepted: %(file)s. Its rows count after the next run.") % {"file": found["file"]})
    return redirect("data:delivery", delivery_id)


def set_aside(request: HttpRequest) -> HttpResponse:
    """Rows set aside, per feed; the rows themselves need a purpose."""
    account = account_of(request)
    return render(request, "data/quarantine.html", {"sections": sections("quarantine"), "feeds": ledger.set_aside(account)})


def rows_set_aside(request: HttpRequest, feed: str) -> HttpResponse:
    """The rows of one feed that were set aside: by right, for a purpose, audited."""
    account = account_of(request)
    ledger.feed_institution(account, feed)
    key = f"purpose:{feed}"
    if request.method == "POST":
        purpose = request.POST.get("purpose", "").strip()
        if len(purpose) < 5:
            messages.error(request, _("Say for what you need the rows, in at least five letters."))
        else:
            request.session[key] = {"purpose": purpose, "until": time.time() + quarantine.OPEN_SECONDS}
        return redirect("data:rows_set_aside", feed)
    granted = request.session.get(key)
    if not granted or granted["until"] < time.time():
        return render(request, "data/purpose.html", {"sections": sections("quarantine"), "feed": feed})
    audit.write(account.username, "view_quarantine", feed, granted["purpose"])
    number = int(request.GET["page"]) if request.GET.get("page", "").isdigit() else 1
    reason, remarks = request.GET.get("reason", ""), request.GET.get("show") == "remarks"
    told = quarantine.rows(feed, purpose=granted["purpose"], actor=account.username, page=max(1, number), reason=reason, remarks=remarks)
    counts = ledger.rows_in_force(account, feed)
    context = {"feed": feed, "told": told, "counts": counts, "purpose": granted["purpose"], "reason": reason}
    return render(request, "data/rows.html", {"sections": sections("quarantine"), **context})


@require_POST
def return_file(request: HttpRequest, feed: str) -> HttpResponse:
    """The return file of a feed: its failing rows with reasons in plain words, for the agency."""
    account = account_of(request)
    ledger.feed_institution(account, feed)
    audit.write(account.username, "return_file", feed, _("return to the agency"))
    name, body, kind = quarantine.return_file(feed, language=source.language(), actor=account.username)
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def completeness(request: HttpRequest) -> HttpResponse:
    """Per feed the last day that is complete, and how many of its measures are weak."""
    return render(request, "data/completeness.html", {"sections": sections("completeness"), "feeds": ledger.completeness(account_of(request))})


def quality_of_feeds(request: HttpRequest) -> HttpResponse:
    """Each feed as a vector of dimensions; what is not measured yet."""
    dimensions, vectors = quality.vectors(quality.feeds_of(account_of(request)))
    return render(request, "data/quality.html", {"sections": sections("quality"), "vectors": vectors, "dimensions": dimensions, "waiting": quality.waiting() if vectors else []})


def source_quality(request: HttpRequest, feed: str) -> HttpResponse:
    """One feed: its measures with their details and how they moved."""
    institution = ledger.feed_institution(account_of(request), feed)
    dimensions, vectors = quality.vectors([feed])
    context = {
        "sections": sections("quality"),
        "feed": feed,
        "institution": institution,
        "vector": list(zip(dimensions, vectors[0]["dimensions"], strict=True)) if vectors else None,
        "measures": quality.measures(feed),
        "width": quality.WIDTH,
        "height": quality.HEIGHT,
    }
    return render(request, "data/source_quality.html", context)


def runs(request: HttpRequest) -> HttpResponse:
    """Run the line; what ran before."""
    account = account_of(request)
    jobs.settle()
    job = Job.objects.filter(kind="run").first()
    return render(request, "data/runs.html", {"sections": sections("runs"), "job": job, "history": ledger.history(), "may_run": rights.runs_line(account)})


@require_POST
def start_run(request: HttpRequest) -> HttpResponse:
    """Start the line in the background."""
    account = account_of(request)
    rights.require(rights.runs_line(account), _("Only the operator runs the line."), _("ask the operator"))
    job = jobs.start(account.username)
    audit.write(account.username, "run_line", f"job {job.pk}")
    return redirect("data:runs")


def progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far a job is: a piece of a page, asked for again and again while it runs."""
    jobs.settle()
    job = get_object_or_404(Job, pk=number)
    response = render(request, "data/_job.html", {"job": job})
    if not job.is_open and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response
