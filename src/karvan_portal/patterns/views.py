"""Every component of the pages, on one page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def all_of_them(request: HttpRequest) -> HttpResponse:
    return render(request, "patterns/all.html", {"counts": {"row_count": 1000, "read": 940, "duplicate": 20, "superseded": 0, "quarantined": 40, "rows_held": 0}, "series": [3.0, 4.0, 3.5, 5.0, 6.0, 5.5, 7.0]})
