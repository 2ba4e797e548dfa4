"""Mirror statistics: published figures beside those that others publish of the same people."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from karvan.errors import DataError, nearest
from karvan.quality import mirror_rows, scale_of, totals_of, typical
from karvan.quality.limits import colour
from karvan_portal import source
from karvan_portal.statistics import dictionary, files

COLUMNS = ("year", "code", "own", "mirror", "asymmetry", "taken", "value")


def every(request: HttpRequest) -> HttpResponse:
    """The pairs that the packs name, with the newest year that both sides have."""
    listed = [told | {"years": len(totals_of(told["rows"])), "newest": newest_total(told["rows"])} for told in (pair_of(name) for name in pairs())]
    return render(request, "statistics/mirrors.html", {"pairs": listed})


def one(request: HttpRequest, pair: str) -> HttpResponse:
    """One pair: the totals year by year, and one year by the dimension that both sides have."""
    told = known_pair(pair)
    years = sorted({row["year"] for row in told["rows"]}, reverse=True)
    year = request.GET.get("year", "") if request.GET.get("year", "") in years else (years[0] if years else "")
    context = told | {
        "totals": [row for row in reversed(told["rows"]) if row["code"] is None],
        "by_code": [row for row in told["rows"] if row["code"] is not None and row["year"] == year],
        "years": years,
        "year": year,
    }
    return render(request, "statistics/mirror.html", context)


def download(request: HttpRequest, pair: str) -> HttpResponse:
    """Every row of a pair as CSV."""
    told = known_pair(pair)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["own_indicator", "mirror_indicator", *COLUMNS])
    for row in told["rows"]:
        writer.writerow([told["own"].id, told["mirror"].id, *("_T" if name == "code" and row[name] is None else files.harmless(row[name]) for name in COLUMNS)])
    response = HttpResponse(b"\xef\xbb\xbf" + out.getvalue().encode(), content_type=files.KINDS["csv"])
    response["Content-Disposition"] = f'attachment; filename="mirror-{pair}.csv"'
    return response


def pairs() -> dict[str, dict[str, Any]]:
    return source.country().quality.get("mirrors", {})


def known_pair(name: str) -> dict[str, Any]:
    if name not in pairs():
        raise DataError(_("No pair is called '%(name)s'.") % {"name": name}, fix=nearest(name, list(pairs())) or _("choose one from the list"))
    return pair_of(name)


def pair_of(name: str) -> dict[str, Any]:
    """A pair with its rows, its two indicators, its typical asymmetry and the colour of that."""
    pair = pairs()[name]
    entries = {entry.id: entry for entry in dictionary.entries()}
    rows = mirror_rows(source.connection(), pair, made_up=source.is_synthetic())
    measured = typical(rows)
    by = pair.get("by")
    limit = scale_of(source.country()).indicators["QI-18"]
    return {
        "name": name,
        "why": source.in_language(pair["why"]),
        "own": entries.get(pair["own"]) or dictionary.Entry(pair["own"], None, "", ""),
        "mirror": entries.get(pair["mirror"]) or dictionary.Entry(pair["mirror"], None, "", ""),
        "take": pair.get("take", "larger"),
        "by": by["mirror"] if isinstance(by, dict) else by,
        "rows": [row | {"colour": None if row["asymmetry"] is None else colour(limit, row["asymmetry"])} for row in rows],
        "measured": measured,
        "colour": None if measured is None else colour(limit, measured),
    }


def newest_total(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    totals = [row for row in rows if row["code"] is None and row["asymmetry"] is not None]
    return totals[-1] if totals else None
