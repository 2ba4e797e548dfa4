"""The home page: where things stand."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from karvan_portal.frame import account_of
from karvan_portal.home import standing


def now(request: HttpRequest) -> HttpResponse:
    """What is newest, what arrived, what waits for the reader."""
    account = account_of(request)
    return render(
        request,
        "home/now.html",
        {
            "headlines": standing.headlines(),
            "deliveries": standing.deliveries(account),
            "waiting": standing.waiting(account),
            "runs": standing.runs(),
            "scores": standing.scores(account),
        },
    )
