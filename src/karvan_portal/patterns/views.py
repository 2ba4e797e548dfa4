"""Every component of the pages, on one page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOKENS = (
    "paper",
    "surface",
    "sunken",
    "ink",
    "ink-soft",
    "accent",
    "accent-soft",
    "good",
    "warn",
    "bad",
    "series-1",
    "series-2",
    "series-3",
    "series-4",
    "series-5",
    "series-6",
)


@login_not_required
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The components, with made-up content."""
    counts = {"row_count": 1000, "read": 900, "duplicate": 30, "superseded": 20, "quarantined": 40, "rows_held": 10}
    return render(request, "patterns/all.html", {"counts": counts, "series": [3.0, 4.0, 3.5, 5.0, 6.0, 5.5, 7.0], "tokens": TOKENS})
