"""Pages of the linkage desk on how good the links are: quality, what thresholds change, the sample."""

from __future__ import annotations

import math

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from karvan.linkage import draw_sample, labels_of, sample_of, trade_off
from karvan_portal import source
from karvan_portal.accounts import audit, rights
from karvan_portal.data import jobs
from karvan_portal.data.models import Job
from karvan_portal.linkage import charts, effects, standing, words
from karvan_portal.linkage.rooms import in_readers_words
from karvan_portal.linkage.views import entrant, sections
from karvan_portal.statistics import dictionary

SMALLEST, LARGEST = 50, 5_000  # pairs of a sample


def quality(request: HttpRequest) -> HttpResponse:
    """How good the links are, and what the choice of the threshold changes."""
    account = entrant(request)
    ws = source.workspace()
    run = ws.head().runs.get("link")
    if run is None:
        return render(request, "linkage/quality.html", {"sections": sections("quality"), "run": None})
    threshold = run.notes["threshold"]
    curve = trade_off(ws)
    parameters = standing.parameters(run.notes["model"])
    sample_now = standing.of_sample(ws)
    bands = [row | {"estimate": sample_now["bands"].get(row["band"])} for row in standing.bands()]
    jobs.settle()
    job = Job.objects.filter(kind="thresholds").first()
    done = Job.objects.filter(kind="thresholds", state="done").first()
    context = {
        "sections": sections("quality"),
        "run": run,
        "notes": run.notes,
        "levels": standing.counts(run),
        "threshold": threshold,
        "bands": bands,
        "pairs_chart": charts.weights_of_pairs(standing.by_weight(), math.log2(threshold / (1 - threshold))),
        "curve": curve,
        "curve_chart": charts.trade_off(curve, threshold),
        "parameters": parameters,
        "weights_chart": charts.match_weights(parameters),
        "learned": str(run.notes["parameters"]).startswith("learned"),
        "blocks": [(words.BLOCK.get(block, block), n) for block, n in run.notes["pairs"].items()],
        "large": [row | {"name": words.BLOCK.get(row["rule"], row["rule"])} for row in run.notes["large_blocks"]],
        "refused": [(words.refused(reason), n) for reason, n in run.notes["refused"].items()],
        "sample": sample_now,
        "job": job if job and (job.is_open or job.state != "done") else None,
        "effects": compared(done, threshold) if done else None,
        "stale": bool(done and done.report and done.report[0]["commit"] != ws.head().number),
        "done": done,
        "compares": rights.links(account, "compare"),
        "thresholds_asked": effects.THRESHOLDS,
    }
    return render(request, "linkage/quality.html", context)


def compared(done: Job, threshold: float) -> dict[str, object]:
    """The report of a job as a table: one row per figure, one column per threshold, with the difference from the threshold in force."""
    columns = [row["threshold"] for row in done.report]
    base = next((row for row in done.report if row["threshold"] == threshold), done.report[0])
    known = {entry.id: entry for entry in dictionary.entries()}

    def cells(values: list[float | None], at_base: float | None) -> list[dict[str, object]]:
        return [{"value": v, "change": None if v is None or not at_base or v == at_base else v / at_base - 1} for v in values]

    rows = [{"name": _("Persons"), "period": "", "unit": "persons", "cells": cells([r["persons"] for r in done.report], base["persons"])}]
    for at, figure in enumerate(base["figures"]):
        entry = known.get(figure["id"])
        values = [row["figures"][at]["value"] for row in done.report]
        rows.append(
            {
                "name": entry.name if entry else figure["id"],
                "id": figure["id"],
                "period": figure["period"],
                "unit": figure["unit"],
                "cells": cells(values, figure["value"]),
            }
        )
    return {"columns": columns, "rows": rows, "base": base["threshold"]}


@require_POST
def thresholds(request: HttpRequest) -> HttpResponse:
    """Start the job that computes figures under other thresholds."""
    account = entrant(request, "compare")
    job = jobs.start(account.username, kind="thresholds")
    audit.write(account.username, "compare_thresholds", f"job {job.pk}")
    return redirect(reverse("linkage:quality") + "#effects")


def thresholds_progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far the job is: a piece of the page, asked for again and again while it runs."""
    account = entrant(request)
    jobs.settle()
    job = get_object_or_404(Job, pk=number, kind="thresholds")
    response = render(request, "linkage/_job.html", {"job": job, "compares": rights.links(account, "compare")})
    if not job.is_open and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel_thresholds(request: HttpRequest, number: int) -> HttpResponse:
    """Stop the job; what it had copied is removed, and nothing of the data in force has changed."""
    account = entrant(request, "compare")
    job = get_object_or_404(Job, pk=number, kind="thresholds")
    if jobs.cancel(job):
        audit.write(account.username, "cancel_thresholds", f"job {job.pk}")
        messages.success(request, _("Stopped. Nothing in force has changed."))
    return redirect(reverse("linkage:quality") + "#effects")


def sample(request: HttpRequest) -> HttpResponse:
    """The newest sample: what was drawn, how far it is labelled."""
    account = entrant(request)
    ws = source.workspace()
    drawn = sample_of(ws)
    labels = labels_of(ws, drawn)
    context = {
        "sections": sections("sample"),
        "drawn": drawn,
        "sample_id": drawn[0].sample_id if drawn else "",
        "labelled": len(labels),
        "left": len(drawn) - len(labels),
        "strata": standing.strata(drawn, labels),
        "opens": rights.links(account, "open"),
        "draws": rights.links(account, "draw"),
        "linked": "link" in ws.head().runs,
        "smallest": SMALLEST,
        "largest": LARGEST,
    }
    return render(request, "linkage/sample.html", context)


@require_POST
@in_readers_words
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a sample."""
    account = entrant(request, "draw")
    asked = request.POST.get("size", "")
    size = int(asked) if asked.isdigit() else 0
    if not SMALLEST <= size <= LARGEST:
        messages.error(request, _("A sample has between %(low)s and %(high)s pairs.") % {"low": SMALLEST, "high": LARGEST})
        return redirect("linkage:sample")
    ws = source.workspace()
    with ws.lock():
        drawn = draw_sample(ws, size=size, seed=ws.head().number, actor=account.username)
    audit.write(account.username, "draw_sample", drawn[0].sample_id, f"{len(drawn)} pairs")
    messages.success(request, _("Drawn: %(n)s pairs. Reviewers find them on the page Review.") % {"n": len(drawn)})
    return redirect("linkage:sample")
