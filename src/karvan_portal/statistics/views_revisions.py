"""Revisions: what published figures were on earlier days, and what those that are not final will become."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from karvan.errors import DataError, nearest
from karvan_portal import source
from karvan_portal.statistics import dictionary, files, revised

VINTAGES = ("indicator", "kind", "period", "vintage_on", "value", "unit", "obs_status", "treatment")
PROVISIONAL = ("indicator", "period", "decided", "open", "value", "standard_error", "low", "high", "final_on", "known_on")


def every(request: HttpRequest) -> HttpResponse:
    """The figures whose vintages are kept, each with how far its first figures were revised."""
    entries = {entry.id: entry for entry in dictionary.entries()}
    with_provisional = {row["indicator"] for row in source.rows("select distinct indicator from safe_provisional")}
    listed = [{"entry": entry_of(entries, name), "told": revised.story(name, revised.kinds(name)[0]), "provisional": name in with_provisional} for name in revised.revised_indicators()]
    return render(request, "statistics/revisions.html", {"listed": listed, "through": source.one("select max(vintage_on) as day from safe_vintages").get("day")})


def one(request: HttpRequest, indicator: str) -> HttpResponse:
    """One figure: how far it was revised, its vintages as chart and triangle, what its newest figures will become."""
    entry = known(indicator)
    kinds = revised.kinds(indicator)
    kind = next((k for k in kinds if k == request.GET.get("kind")), kinds[0])
    told = revised.story(indicator, kind)
    context: dict[str, Any] = {"entry": entry, "told": told, "kinds": kinds if len(kinds) > 1 else [], "chart": revised.chart(told), "provisional": revised.provisional(told)}
    return render(request, "statistics/revision.html", context)


def download(request: HttpRequest, indicator: str) -> HttpResponse:
    """Every vintage of a figure as CSV."""
    return as_csv(f"select {', '.join(VINTAGES)} from safe_vintages where indicator = ? order by all", known(indicator).id, VINTAGES, "vintages")


def download_provisional(request: HttpRequest, indicator: str) -> HttpResponse:
    """Its provisional figures as CSV."""
    return as_csv(f"select {', '.join(PROVISIONAL)} from safe_provisional where indicator = ? order by all", known(indicator).id, PROVISIONAL, "provisional")


def as_csv(query: str, indicator: str, columns: tuple[str, ...], what: str) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, "synthetic"])
    for row in source.rows(query, [indicator]):
        writer.writerow([*(files.harmless(row[name]) for name in columns), source.is_synthetic()])
    response = HttpResponse(b"\xef\xbb\xbf" + out.getvalue().encode(), content_type=files.KINDS["csv"])
    response["Content-Disposition"] = f'attachment; filename="{what}-{indicator}.csv"'
    return response


def known(indicator: str) -> dictionary.Entry:
    """The entry of a figure whose vintages are kept."""
    names = revised.revised_indicators()
    if indicator not in names:
        raise DataError(_("No vintages of '%(name)s' are kept.") % {"name": indicator}, fix=nearest(indicator, names) or _("choose one from the list"))
    return entry_of({entry.id: entry for entry in dictionary.entries()}, indicator)


def entry_of(entries: dict[str, dictionary.Entry], indicator: str) -> dictionary.Entry:
    return entries.get(indicator) or dictionary.Entry(indicator, None, "", "")

