"""Pages of the linkage desk about merges and splits of persons: all of them, what one changed in published figures, and taking one back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from karvan.linkage import decisions, event, events, figures_changed
from karvan.linkage import undo as take_back
from karvan.workspace import Workspace
from karvan_portal import source
from karvan_portal.accounts import audit, rights
from karvan_portal.linkage import queue as waiting
from karvan_portal.linkage.rooms import in_readers_words
from karvan_portal.linkage.views import entrant, sections
from karvan_portal.statistics import dictionary
from karvan_portal.statistics.table import explain_address

SHORTEST_REASON = 10  # letters


def all_events(request: HttpRequest) -> HttpResponse:
    """Merges and splits of persons between runs, newest first."""
    account = entrant(request)
    ws = source.workspace()
    found = [one | {"state": state_of(ws, one)} for one in events(ws)]
    context = {
        "sections": sections("events"),
        "page": Paginator(found, 30).get_page(request.GET.get("page")),
        "count": len(found),
        "waiting": waiting.since_last_run(ws),
        "linked": "link" in ws.head().runs,
        "runs_line": rights.runs_line(account),
    }
    return render(request, "linkage/events.html", context)


def state_of(ws: Workspace, one: dict[str, Any]) -> dict[str, Any]:
    """Whether an event stands, waits to be taken back by the next run, or was taken back, and by which event."""
    by = next((other["event_id"] for other in events(ws) if other["undoes"] == one["event_id"]), "")
    asked = [said for said in decisions(ws) if said.undoes == one["event_id"]]
    return {"name": "undone" if by else "asked" if asked else "stands", "by": by, "asked": asked[-1] if asked else None}


@in_readers_words
def one_event(request: HttpRequest, event_id: str) -> HttpResponse:
    """One merge or split: its persons, and the published figures that differ between the run before it and the first figures after it."""
    account = entrant(request)
    ws = source.workspace()
    found = event(ws, event_id)
    changed = changed_by(str(ws.root), ws.head().number, event_id)
    names = {entry.id: entry.name for entry in dictionary.entries()}
    wanted = request.GET.get("indicator", "")
    page = Paginator([cell for cell in changed["cells"] if wanted in ("", cell["indicator"])], 30).get_page(request.GET.get("page"))
    cells = [
        cell | {"name": names.get(cell["indicator"], cell["indicator"]), "url": explain_address(cell["indicator"], cell["period"], cell["cell"])}
        for cell in page
    ]
    counts: dict[str, int] = {}
    for cell in changed["cells"]:
        counts[cell["indicator"]] = counts.get(cell["indicator"], 0) + 1
    context = {
        "sections": sections("events"),
        "event": found,
        "state": state_of(ws, found),
        "commit": changed["commit"],
        "first": changed["first"],
        "others": changed["others"],
        "page": page,
        "cells": cells,
        "count": len(changed["cells"]),
        "indicators": [(name, names.get(name, name), n) for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))],
        "wanted": wanted,
        "takes_back": rights.links(account, "take_back"),
        "runs_line": rights.runs_line(account),
        "shortest": SHORTEST_REASON,
    }
    return render(request, "linkage/event.html", context)


@lru_cache(maxsize=8)
def changed_by(root: str, _commit: int, event_id: str) -> dict[str, Any]:
    """Published cells that an event's run changed, coarsest first, and how many other events the same run brought."""
    ws = Workspace.open(root)
    found = figures_changed(ws, event_id, published=True)
    cells = sorted(found["cells"], key=lambda cell: (len(cell["cell"]), -abs((cell["after"] or 0) - (cell["before"] or 0)), cell["indicator"], cell["period"]))
    others = sum(one["commit_before"] == found["event"]["commit_before"] for one in events(ws)) - 1
    return {"commit": found["commit"], "first": found["first"], "cells": cells, "others": others}


@in_readers_words
def undo_event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Take a merge or a split back: a page that says what will happen, then a reason and a confirmation."""
    account = entrant(request, "take_back")
    ws = source.workspace()
    found = event(ws, event_id)
    state = state_of(ws, found)
    if state["name"] != "stands":
        messages.error(request, _("It is taken back already."))
        return redirect("linkage:event", event_id)
    reason, wrong = request.POST.get("reason", "").strip(), ""
    if request.method == "POST":
        if len(reason) < SHORTEST_REASON:
            wrong = _("Say why, in at least ten letters: the reason is kept with the decision.")
        elif request.POST.get("sure") != "yes":
            wrong = _("Confirm it: figures of these persons change with the next run.")
        else:
            made = take_back(ws, event_id, who=account.username, at=datetime.now(UTC), reason=reason)
            audit.write(account.username, "undo_event", event_id, reason)
            messages.success(
                request,
                _("Taken back by decision %(decisions)s. The next run follows, and keeps following.") % {"decisions": ", ".join(one.id for one in made)},
            )
            return redirect("linkage:event", event_id)
    changed = changed_by(str(ws.root), ws.head().number, event_id)
    context = {
        "sections": sections("events"),
        "event": found,
        "count": len(changed["cells"]),
        "others": changed["others"],
        "commit": changed["commit"],
        "reason": reason,
        "wrong": wrong,
        "shortest": SHORTEST_REASON,
    }
    return render(request, "linkage/undo.html", context, status=422 if wrong else 200)
