"""The migration profile in the portal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def read(request: HttpRequest) -> HttpResponse:
    return render(request, "profile/read.html", {})
