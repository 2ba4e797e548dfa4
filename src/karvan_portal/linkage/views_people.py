"""Pages of the linkage desk about those who decide: how far they agree, who may do what, answers taken out as a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from karvan.linkage import agreement, decisions, standing
from karvan_portal import source
from karvan_portal.accounts import audit, rights
from karvan_portal.accounts.models import Account, Line
from karvan_portal.linkage import queue as waiting
from karvan_portal.linkage.views import entrant, purpose_of, sections

COLUMNS = ("decision", "at", "who", "answer", "records_a", "records_b", "senior", "undoes", "counts", "holds", "rule", "contradicting", "reason")


def reviewers(request: HttpRequest) -> HttpResponse:
    """How far people agree, what they contradict each other on, and who opened and answered how much."""
    account = entrant(request)
    oversees, settles = rights.links(account, "oversee"), rights.links(account, "settle")
    ws = source.workspace()
    opened = Line.objects.filter(act="open_pair")
    opened = opened if oversees else opened.filter(actor=account.username)
    counts = {row["actor"]: row for row in opened.values("actor").annotate(pairs=Count("subject", distinct=True), times=Count("number"), newest=Max("at"))}
    answers: dict[str, Counter[str]] = {}
    for one in decisions(ws):
        if oversees or one.who == account.username:
            answers.setdefault(one.who, Counter())[one.answer] += 1
    rows = [{"who": who, "opened": counts.get(who), "answers": answers.get(who, Counter())} for who in sorted(counts.keys() | answers.keys())]
    contradicting = waiting.contradictions(ws)
    context = {
        "sections": sections("reviewers"),
        "rows": rows,
        "agreement": agreement(ws),
        "contradictions": contradicting if settles or oversees else [c for c in contradicting if any(one.who == account.username for one in c["answers"])],
        "oversees": oversees,
        "settles": settles,
        "opens": rights.links(account, "open"),
        "purpose": purpose_of(request),
    }
    return render(request, "linkage/reviewers.html", context)


def answers_file(request: HttpRequest) -> HttpResponse:
    """Answers as CSV: one's own, or everyone's for the supervisor. Reasons may name people: only those who may open pairs get them."""
    account = entrant(request)
    everyone, reasons = rights.links(account, "oversee"), rights.links(account, "open")
    said = decisions(source.workspace())
    held: dict[Any, Any] = {(one.records_a, one.records_b): one for one in standing(said)}
    columns = COLUMNS if reasons else COLUMNS[:-1]
    text = io.StringIO()
    out = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\r\n")
    out.writeheader()
    count = 0
    for one in said:
        if everyone or one.who == account.username:
            found = held.get(one.pair)
            count += 1
            out.writerow({
                **{name: plain(getattr(one, name)) for name in ("at", "who", "answer", "undoes", "reason")},
                "decision": one.id, "records_a": " ".join(one.records_a), "records_b": " ".join(one.records_b), "senior": int(one.senior),
                "counts": int(bool(found and one.id in found.decisions)), "holds": found.answer if found else "", "rule": found.rule if found else "",
                "contradicting": int(bool(found and found.contradicting)),
            })  # fmt: skip
    audit.write(account.username, "export_answers", f"{count} answers", "everyone" if everyone else "own")
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="answers.csv"'
    return response


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> plain("=1+1"), plain("two brothers")
    ("'=1+1", 'two brothers')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what at this desk, and which institutions give which role."""
    account = entrant(request)
    given = source.linkage_roles()
    named = {role: [source.institution_name(one) for one, held in given.items() if role in held] for role in rights.LINKAGE_ROLES}
    accounts: dict[str, list[str]] = {role: [] for role in rights.LINKAGE_ROLES}
    for one in Account.objects.filter(is_active=True).exclude(linkage_role="").order_by("username"):
        if one.linkage_role in given.get(one.institution.casefold(), ()):
            accounts[one.linkage_role].append(one.username)
    context = {
        "sections": sections("roles"),
        "roles": [
            {"name": rights.ROLE_NAMES[role], "mine": role == account.linkage_role, "institutions": named[role], "accounts": accounts[role]}
            for role in rights.LINKAGE_ROLES
        ],
        "acts": [{"said": said, "by": [act in allowed for allowed in rights.LINKAGE_ROLES.values()]} for act, said in rights.LINKAGE_ACTS.items()],
    }
    return render(request, "linkage/roles.html", context)
