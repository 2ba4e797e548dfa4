"""What every answer carries: headers that keep a page to its own origin; errors of karvan as pages with a way out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from karvan.errors import AccessError, BusyError, DataError, KarvanError

OWN_ORIGIN_ONLY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'"
)
STATUS = {AccessError: 403, DataError: 404, BusyError: 409}

Answer = Callable[[HttpRequest], HttpResponse]


def headers(get_response: Answer) -> Answer:
    """Add the security headers that a view did not set itself."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in {
            "Content-Security-Policy": OWN_ORIGIN_ONLY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "X-Frame-Options": "SAMEORIGIN",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/static/"):
            return response
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return answer


class say_karvan_errors:
    """Show a KarvanError as a page that says what is wrong, where, and what to do."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, wrong: Exception) -> HttpResponse | None:
        if not isinstance(wrong, KarvanError):
            return None
        status = next((code for kind, code in STATUS.items() if isinstance(wrong, kind)), 500)
        return render(request, "wrong.html", {"wrong": wrong}, status=status)
