"""Pages of the linkage desk on which people decide: the queue, one pair, answers."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from karvan.errors import DataError
from karvan.linkage import ANSWERS, decide, decisions, open_pair
from karvan_portal import source
from karvan_portal.accounts import audit, rights
from karvan_portal.accounts.models import Account
from karvan_portal.frame import account_of
from karvan_portal.linkage import queue as waiting
from karvan_portal.linkage import words
from karvan_portal.linkage.rooms import in_readers_words

OPEN_SECONDS = 30 * 60  # how long a purpose holds after the last answer
SHOWN = 25  # pairs listed on the queue's page


def entrant(request: HttpRequest, act: str = "see") -> Account:
    """The account, if it may do `act` at this desk (`rights.LINKAGE_ACTS`)."""
    account = account_of(request)
    rights.require_links(account, act)
    return account


def sections(here: str) -> list[dict[str, Any]]:
    """Pages of the desk, for the row of links under its title."""
    titles = {
        "queue": _("Review"),
        "reviewers": _("Agreement"),
        "sample": _("Sample"),
        "quality": _("Linkage quality"),
        "events": _("Merges and splits"),
        "roles": _("Roles"),
    }
    return [{"url": reverse(f"linkage:{name}"), "title": title, "here": name == here} for name, title in titles.items()]


def choice_of(asked: Any) -> waiting.Choice:
    """The choice of a query or of the session."""
    said = {name: str(asked.get(name, "")).strip() for name in waiting.Choice.__dataclass_fields__}
    work = "record" if said["record"] else said["work"] if said["work"] in ("sample", "skipped") else ""
    return waiting.Choice(**said | {"sort": said["sort"] if said["sort"] in waiting.SORTS else "use", "work": work})


def queue(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for the reader; names nobody."""
    account = entrant(request)
    choice = choice_of(request.GET)
    every = waiting.pairs(account.username, choice.work, choice.record)
    found = waiting.narrowed(every, choice)
    ws = source.workspace()
    answered = Counter(one.answer for one in decisions(ws) if one.who == account.username and not one.undoes)
    context = {
        "sections": sections("queue"),
        "opens": rights.links(account, "open"),
        "found": found[:SHOWN],
        "count": len(found),
        "more": max(0, len(found) - SHOWN),
        "every": len(every),
        "choice": choice,
        "choice_fields": list(vars(choice).items()),
        "options": waiting.options(every),
        "sorts": words.SORT,
        "closed": waiting.closed_to(ws, account.username),
        "answered": sum(n for answer, n in answered.items() if answer != "skip"),
        "sample_waits": len(waiting.pairs(account.username, "sample")),
        "skipped": len(waiting.skipped_by(ws, account.username)),
        "linked": "link" in ws.head().runs,
        "not_followed": waiting.since_last_run(ws),
        "purpose": purpose_of(request),
        "shortest_id": waiting.SHORTEST_ID,
    }
    return render(request, "linkage/queue.html", context)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open the first pair of a choice, for a purpose."""
    account = entrant(request, "open")
    purpose = request.POST.get("purpose", "").strip()
    if len(purpose) < 5:
        messages.error(request, _("Say for what you open the pairs, in at least five letters."))
        return redirect("linkage:queue")
    choice = choice_of(request.POST)
    request.session["linkage"] = {"purpose": purpose[:200], "until": time.time() + OPEN_SECONDS, "choice": vars(choice), "ahead": [], "done": 0, "last": None}
    return to_next(request, account)


def purpose_of(request: HttpRequest) -> str:
    """The purpose for which pairs are open now; empty where none is, or it has run out."""
    held = request.session.get("linkage") or {}
    return str(held["purpose"]) if held.get("until", 0) > time.time() else ""


def next_pair(request: HttpRequest, account: Account) -> tuple[str, str] | None:
    """The next pair of the session's choice: from those kept ready, else from the queue anew."""
    held = request.session["linkage"]
    closed = waiting.closed_to(source.workspace(), account.username)
    ahead = [tuple(pair) for pair in held["ahead"] if tuple(pair) not in closed]
    if not ahead:
        choice = choice_of(held["choice"])
        found = [
            w
            for w in waiting.narrowed(waiting.pairs(account.username, choice.work, choice.record), choice)
            if (w.candidate.record_a, w.candidate.record_b) not in closed or choice.work == "skipped"
        ]
        held["left"] = len(found)
        ahead = [(w.candidate.record_a, w.candidate.record_b) for w in found[: waiting.AHEAD]]
    else:
        held["left"] = max(len(ahead), held.get("left", 0) - 1)
    chosen = ahead[0] if ahead else None
    held["ahead"] = ahead
    request.session.modified = True
    return (chosen[0], chosen[1]) if chosen else None


def to_next(request: HttpRequest, account: Account) -> HttpResponse:
    """Show the next pair: as a piece of the page where the script asks, else by its own address."""
    chosen = next_pair(request, account)
    if chosen is None:
        messages.success(request, _("No pair waits for you in this choice."))
        url = reverse("linkage:queue")
        return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)
    if request.headers.get("HX-Request"):
        return show(request, account, *chosen, piece=True)
    return redirect("linkage:pair", *chosen)


@in_readers_words
def pair(request: HttpRequest, record_a: str, record_b: str) -> HttpResponse:
    """One pair side by side: by right, for a purpose, audited."""
    account = entrant(request, "open")
    if not purpose_of(request):
        messages.error(request, _("Say first for what you open pairs."))
        return redirect("linkage:queue")
    return show(request, account, record_a, record_b, piece=False)


def show(request: HttpRequest, account: Account, record_a: str, record_b: str, *, piece: bool) -> HttpResponse:
    """Open a pair and draw it.

    What others answered is shown to whoever settles a contradiction, and to a reviewer whose own answer stands beside that of another. What the program thinks is
    not shown of a pair of the newest sample before the reader has answered it, whichever way the pair was reached.
    """
    require_pair(record_a, record_b)
    ws = source.workspace()
    held = request.session["linkage"]
    held["until"] = time.time() + OPEN_SECONDS
    seen = open_pair(ws, record_a, record_b, actor=account.username, purpose=held["purpose"], language=source.language())
    line = audit.write(account.username, "open_pair", f"{seen.record_a} {seen.record_b}", held["purpose"])
    answers = waiting.answers_on(ws, seen.record_a, seen.record_b)
    settling = settlement(account, seen.record_a, seen.record_b) is not None
    both = waiting.seen_by(answers, account.username)
    if both and not settling:
        held["last"] = None  # who has seen the other's answer takes theirs back no more
    request.session.modified = True
    mine = next((one.answer for one in answers if one.who == account.username), "")
    blind = not mine and not settling and waiting.in_sample(ws, seen.record_a, seen.record_b)
    context = {
        "sections": sections("queue"),
        "seen": seen,
        "names": words.names(seen),
        "weighed": [] if blind else words.weighed(seen.weighed),
        "blind": blind,
        "settling": settling,
        "fixed": both and not settling,
        "said": answers if both or settling else [],
        "mine": mine,
        "answers": [(answer, words.ANSWER[answer], key) for answer, key in zip(ANSWERS, ("S", "D", "U", _("space")), strict=True)],
        "done": held["done"],
        "left": held.get("left", 0),
        "last": held["last"],
        "purpose": held["purpose"],
        "line": line,
        "group": waiting.places(ws).group(seen.record_a, seen.record_b),
    }
    response = render(request, "linkage/_pair.html" if piece else "linkage/pair.html", context)
    if piece:
        response["HX-Push-Url"] = reverse("linkage:pair", args=[seen.record_a, seen.record_b])
    return response


def require_pair(record_a: str, record_b: str) -> None:
    """Raise DataError unless linkage knows the two records as a pair."""
    if not waiting.is_pair(source.workspace(), record_a, record_b):
        raise DataError(_("These two records are no pair that linkage compared."), fix=_("open pairs from the queue"))


def settlement(account: Account, record_a: str, record_b: str) -> dict[str, Any] | None:
    """The contradiction on a pair, for whoever settles it; None for everyone else."""
    if not rights.links(account, "settle"):
        return None
    return next((c for c in waiting.contradictions(source.workspace()) if (c["record_a"], c["record_b"]) == (record_a, record_b)), None)


@require_POST
@in_readers_words
def answer(request: HttpRequest, record_a: str, record_b: str) -> HttpResponse:
    """Keep an answer and show the next pair."""
    account = entrant(request, "open")
    if not purpose_of(request):
        messages.error(request, _("The purpose has run out; say it again. Your last answer was not kept."))
        url = reverse("linkage:queue")
        return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)
    require_pair(record_a, record_b)
    said = request.POST.get("answer", "")
    senior = settlement(account, record_a, record_b) is not None
    if not senior and waiting.seen_by(waiting.answers_on(source.workspace(), record_a, record_b), account.username):
        messages.error(request, _("Two people have answered this pair. Your answer stays; a senior reviewer settles what differs."))
        return redirect("linkage:pair", record_a, record_b)
    made = decide(
        source.workspace(), record_a, record_b, said, who=account.username, at=datetime.now(UTC), reason=request.POST.get("reason", ""), senior=senior
    )
    audit.write(account.username, "answer_pair", f"{record_a} {record_b}: {said}", request.session["linkage"]["purpose"])
    held = request.session["linkage"]
    held["done"] += 1
    held["last"] = {"record_a": record_a, "record_b": record_b, "answer": said, "decision": made.id}
    request.session.modified = True
    if senior:
        messages.success(request, _("Settled. It holds from the next run on."))
        return redirect("linkage:reviewers")
    return to_next(request, account)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last answer back and show its pair again."""
    account = entrant(request, "open")
    held = request.session.get("linkage") or {}
    last = held.get("last")
    if not last or not purpose_of(request):
        messages.error(request, _("There is no answer of this sitting to take back."))
        return redirect("linkage:queue")
    if last["answer"] != "skip":
        decide(
            source.workspace(), last["record_a"], last["record_b"], "skip", who=account.username, at=datetime.now(UTC), reason=f"takes {last['decision']} back"
        )
    audit.write(account.username, "answer_pair", f"{last['record_a']} {last['record_b']}: {last['decision']} taken back", held["purpose"])
    held["last"], held["done"] = None, max(0, held["done"] - 1)
    request.session.modified = True
    if request.headers.get("HX-Request"):
        return show(request, account, last["record_a"], last["record_b"], piece=True)
    return redirect("linkage:pair", last["record_a"], last["record_b"])
