"""Signing in and out, and the log of one's own acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from karvan_portal.accounts import audit, demo
from karvan_portal.accounts.models import Line
from karvan_portal.frame import account_of

TRIES, WAIT_MINUTES = 8, 5


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in; the page lists the demo accounts where the country is made up."""
    if request.user.is_authenticated:
        return redirect("home:now")
    wrong, username = "", ""
    if request.method == "POST":
        username = request.POST.get("username", "").strip().casefold()
        if too_many_tries(username):
            wrong = _("Too many tries with this name. Wait %(minutes)s minutes, then try again.") % {"minutes": WAIT_MINUTES}
        else:
            account = authenticate(request, username=username, password=request.POST.get("password", ""))
            if account is not None:
                login(request, account)
                audit.write(username, "sign_in")
                return redirect(safe_next(request))
            audit.write(username or "-", "sign_in_refused")
            wrong = _("The name and the password do not fit together. Check both and try again.")
    return render(
        request,
        "accounts/sign_in.html",
        {
            "wrong": wrong,
            "username": username,
            "next": request.POST.get("next") or request.GET.get("next", ""),
            "demo_accounts": demo.shown(),
            "demo_password": demo.PASSWORD,
        },
        status=422 if wrong else 200,
    )


def too_many_tries(username: str) -> bool:
    """Whether a name was refused too often in the last minutes."""
    since = (datetime.now(UTC) - timedelta(minutes=WAIT_MINUTES)).isoformat(timespec="milliseconds")
    return Line.objects.filter(actor=username or "-", act="sign_in_refused", at__gte=since).count() >= TRIES


def safe_next(request: HttpRequest) -> str:
    """The page asked for before signing in, if it is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "home:now"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    audit.write(account_of(request).username, "sign_out")
    logout(request)
    return redirect("accounts:sign_in")


def log(request: HttpRequest) -> HttpResponse:
    """The audit log: one's own lines, or everyone's for the operator."""
    account = account_of(request)
    lines = Line.objects.order_by("-number") if account.operator else Line.objects.filter(actor=account.username).order_by("-number")
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    return render(request, "accounts/log.html", {"page": page, "broken_at": audit.broken_at()})
