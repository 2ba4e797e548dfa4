"""What frames every page: desks, languages, the synthetic label; the pages of refusal and error; whether we are ready."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from karvan_portal import source
from karvan_portal.accounts import rights
from karvan_portal.accounts.models import Account

DESKS = [
    ("home", "home:now", _("Home")),
    ("statistics", "statistics:find", _("Statistics")),
    ("data", "data:deliveries", _("Data")),
    ("linkage", "linkage:queue", _("Who is who")),
    ("profile", "profile:read", _("Profile")),
    ("baseline", "baseline:read", _("Baseline study")),
]


def account_of(request: HttpRequest) -> Account:
    """The account that is signed in."""
    assert isinstance(request.user, Account)
    return request.user


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the page frame needs: for every template."""
    match = getattr(request, "resolver_match", None)
    account = getattr(request, "user", None)
    here = match.namespace if match else ""
    return {
        "desks": [{"name": name, "url": url, "title": title, "here": name == here} for name, url, title in DESKS if may_enter(name, account)],
        "languages": [{"code": code, "name": get_language_info(code)["name_local"]} for code in ("az", "en", "ru")],
        "synthetic": source.is_synthetic(),
        "country_name": source.country_name(),
        "institution_name": source.institution_name(account.institution) if isinstance(account, Account) else "",
    }


def may_enter(desk: str, account: Any) -> bool:
    """Whether a desk stands in the account's navigation."""
    return desk != "linkage" or (isinstance(account, Account) and rights.links(account, "see"))


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """Say that the portal answers."""
    return HttpResponse("ready\n", content_type="text/plain")


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """The page of no right; also of a form whose secret is missing or too old."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page of no page."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """The page of an error of ours. It reads nothing, so that it cannot fail in turn."""
    from django.template.loader import get_template

    return HttpResponse(get_template("500.html").render({}), status=500)
