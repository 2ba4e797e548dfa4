"""Pages of the statistics desk."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from karvan.errors import DataError
from karvan.tables import DIMENSIONS
from karvan_portal import source, vocabulary, words
from karvan_portal.accounts import audit, rights
from karvan_portal.data import quality
from karvan_portal.frame import account_of
from karvan_portal.statistics import dictionary, files, revised
from karvan_portal.statistics.chart import chart
from karvan_portal.statistics.season import season
from karvan_portal.statistics.table import TablePage, choose, dimensions_of, hold, require_known
from karvan_portal.templatetags.karvan import treated

FAMILIES = ("FLW", "STK", "POP", "RUL", "TMP", "ADM", "ASY", "IRR", "LAB", "HHD", "FAM", "HR", "EU", "NAT", "SDG", "EXT")
FEW = 100  # rounded to 5, counts below this say nothing of a change in per cent


def find(request: HttpRequest) -> HttpResponse:
    """The list of indicators, with search."""
    wanted = request.GET.get("q", "").strip()
    found = dictionary.search(dictionary.entries(), wanted) if wanted else dictionary.entries()
    groups: dict[str, list[dictionary.Entry]] = {}
    for entry in found:
        groups.setdefault(entry.family, []).append(entry)
    listed = [
        {"family": f, "title": family_title(f), "entries": groups[f]} for f in sorted(groups, key=lambda f: (FAMILIES.index(f) if f in FAMILIES else 99, f))
    ]
    template = "statistics/_found.html" if request.headers.get("HX-Request") else "statistics/find.html"
    return render(request, template, {"groups": listed, "wanted": wanted, "count": len(found)})


def family_title(family: str) -> str:
    """What a family of indicators is called."""
    titles = {
        "FLW": _("Flows"),
        "STK": _("Stocks"),
        "TMP": _("Border and temporary stay"),
        "ADM": _("Permits and citizenship"),
        "ASY": _("Asylum and refugees"),
        "IRR": _("Irregular stay and return"),
        "LAB": _("Labour"),
        "DIA": _("Diaspora and remittances"),
        "INT": _("Integration"),
        "REM": _("Remittances"),
        "POP": _("Population"),
        "HHD": _("Households"),
        "FAM": _("Families"),
        "RUL": _("Rules of residence"),
        "HR": _("Rights of migrants"),
        "EU": _("Tables of the European Union"),
        "NAT": _("National tables"),
        "SDG": _("Sustainable Development Goals"),
        "EXT": _("Published by others"),
    }
    return titles.get(family, family)


def show(request: HttpRequest, indicator: str) -> HttpResponse:
    """One indicator: what it is, its figures as chart and table, its doubt, its files."""
    entry = one_entry(indicator)
    share_of = entry.definition.share_of if entry.definition else None
    page = choose(indicator, request.GET.dict(), only=request.GET.getlist("only"), order=entry.series, share_of=share_of)
    context: dict[str, Any] = {"entry": entry, "definition": entry.definition, "table": page, "refused": "" if page else dictionary.refusal(indicator)}
    if page is not None:
        chart_kind = request.GET.get("chart") or ("time" if page.by in ("kind", "method") or page.compared else "newest")
        found = season(page)
        context |= {
            "finding": None if share_of and page.by in ("", share_of) else finding(page, two_rules=bool(entry.definition and entry.definition.preliminary)),
            "chart": chart(page, chart_kind, found.values if found else None),
            "season": found,
            "seasonal_row": [None if (value := found.values.get(period)) is None else round(value) for period in page.periods] if found else [],
            "title": table_title(entry, page),
            "revised": indicator in revised.revised_indicators(),
            "kind_names": kind_names(page),
            "chart_kind": chart_kind,
            "chart_asked": request.GET.get("chart", ""),
            "cite": citation(request, entry, table_title(entry, page), page.vintage, page.basis),
        }
    template = "statistics/_result.html" if request.headers.get("HX-Request") else "statistics/show.html"
    return render(request, template, context)


def one_entry(indicator: str) -> dictionary.Entry:
    entries = {e.id: e for e in dictionary.entries()}
    require_known(indicator, entries)
    return entries[indicator]


def kind_names(page: TablePage) -> list[tuple[str, str]]:
    said = {"year": _("Years"), "span": _("Spans of years"), "quarter": _("Quarters"), "month": _("Months"), "day": _("Days"), "other": _("Other")}
    return [(k, said[k]) for k in page.kinds]


def finding(page: TablePage, *, two_rules: bool = False) -> dict[str, Any] | None:
    """The newest figure of the choice, and how it stands to the period before.

    Where provisional and final figures are made by two rules, one is never compared with the other; of few people no change in per cent is said, which rounding would make up.
    """
    row = page.total or (page.rows[0] if page.rows and not page.by else None)
    if row is None:
        return None
    known = [c for c in row.cells if c is not None and c.value is not None]
    if not known:
        return None
    now = known[-1]
    found: dict[str, Any] = {"cell": now, "change": None, "points": None, "before": None, "other_rule": False, "few": False}
    if len(known) > 1 and two_rules and (now.obs_status == "P") != (known[-2].obs_status == "P"):
        return found | {"before": known[-2], "other_rule": True}
    if len(known) > 1 and page.unit == "percent":
        return found | {"before": known[-2], "points": now.value - known[-2].value}  # type: ignore[operator]
    if len(known) > 1 and "rounded" in (now.treatment, known[-2].treatment) and min(abs(now.value), abs(known[-2].value)) < FEW:  # type: ignore[arg-type]
        return found | {"before": known[-2], "few": True}
    if len(known) > 1 and known[-2].value:
        found["before"] = known[-2]
        found["change"] = (now.value - known[-2].value) / abs(known[-2].value)  # type: ignore[operator]
    return found


def table_title(entry: dictionary.Entry, page: TablePage) -> str:
    """Caption of the table: what, by what, of whom, when."""
    parts = [entry.name]
    if page.by:
        parts.append(_("by %(dimension)s") % {"dimension": words.dimension(page.by).lower()})
    parts += [words.code(d, c) for d, c in page.held.items() if c != words.TOTAL]
    if page.periods:
        parts.append(page.periods[0] if len(page.periods) == 1 else f"{page.periods[0]} – {page.periods[-1]}")
    return ", ".join(parts)


def citation(request: HttpRequest, entry: dictionary.Entry, title: str, vintage: str, basis: str) -> str:
    """How a table or a figure is cited: what, from which data, in which state of the tables, where."""
    data = (_("edition %(vintage)s") if basis == "observations" else _("data complete until %(vintage)s")) % {"vintage": vintage}
    state = _("commit %(number)s") % {"number": source.workspace().head().number}
    parts = [f"Karvan, {source.country_name()}.", f"{title} ({entry.id}); {data}, {state}."]
    if source.is_synthetic() and basis == "records":
        parts.append(_("Synthetic data."))
    return " ".join([*parts, request.build_absolute_uri()])


def download(request: HttpRequest, indicator: str, kind: str) -> HttpResponse:
    """The table shown as a workbook; its cells (or `every=1`: all cells of the indicator) as CSV or Parquet."""
    entry = one_entry(indicator)
    asked = request.GET.dict()
    codes = dimensions_of(indicator)
    if not codes and choose(indicator, asked) is None:
        raise DataError(_("'%(id)s' has no figures yet.") % {"id": indicator}, fix=_("run the line, then come back"))
    only = request.GET.getlist("only")
    by = None if asked.get("every") else asked.get("by", "") if asked.get("by", "") in codes else ""
    held = hold(codes, by or "", asked, entry.series)
    if kind == "xlsx":
        page = choose(indicator, asked, only=only, order=entry.series, share_of=entry.definition.share_of if entry.definition else None, every_row=True)
        assert page is not None  # an indicator with codes has cells
        title = table_title(entry, page)
        body = files.as_xlsx(page, title, about(entry, page, citation(request, entry, title, page.vintage, page.basis)))
    else:
        picked = (by, [c for c in only if c in codes[by]]) if by else None
        body = files.as_csv(indicator, held, by, picked) if kind == "csv" else files.as_parquet(indicator, held, by, picked)
    response = HttpResponse(body, content_type=files.KINDS[kind])
    label = "-synthetic" if source.is_synthetic() and entry.basis == "records" else ""
    response["Content-Disposition"] = f'attachment; filename="{indicator}{label}.{kind}"'
    return response


def about(entry: dictionary.Entry, page: TablePage, cite: str) -> list[tuple[str, str]]:
    """What stands beside the figures of a workbook: the definition, how far the data go, what was done to them."""
    d = entry.definition
    covers = source.in_language(d.population) if d else ""
    left_out = "; ".join(source.in_language(text) for text in d.leaves_out) if d else ""
    standard = ", ".join(source.in_language(text) for text in d.source.values()) if d else ""
    said = [
        (_("Indicator"), f"{entry.name} ({entry.id})"),
        (_("What is counted"), entry.says),
        (_("Covers"), covers),
        (_("Leaves out"), left_out),
        (_("Standard"), standard),
        (_("Unit"), words.unit(page.unit)),
        (_("Edition") if page.basis == "observations" else _("Data complete until"), page.vintage),
        (_("Disclosure control"), "; ".join(treated(one, entry.id) for one in page.treatments)),
        (_("Marks"), "; ".join(f"{mark}: {vocabulary.OBS_STATUS.get(mark, mark)}" for mark in page.marks)),
        (_("How to cite"), cite),
    ]
    return [(name, text) for name, text in said if text]


def explain(request: HttpRequest, indicator: str, period: str) -> HttpResponse:
    """Walk one cell back to its definition, its steps, its deliveries and its doubt.

    Everyone sees the published value. The operator may open the untreated one, with a purpose, and that is audited.
    """
    from karvan import indicators

    account = account_of(request)
    entry = one_entry(indicator)
    dims = {d: v for d, v in request.GET.items() if d in DIMENSIONS and v and v != words.TOTAL}
    inside = None
    if request.method == "POST":
        rights.require(rights.runs_line(account), _("Only the operator opens an untreated value."), _("ask the operator"))
        inside = request.POST.get("purpose", "").strip()
        if len(inside) < 5:
            messages.error(request, _("Say for what you need the untreated value, in at least five letters."))
            return redirect(request.get_full_path())
        audit.write(account.username, "open_untreated", f"{indicator} {period} {urlencode(dims)}", inside)
    try:
        told = indicators.explain(source.workspace(), indicator, period, inside=inside, actor=account.username, country=source.country(), **dims)
    except DataError as wrong:  # said here in the reader's language; what there is instead stands in `where`
        raise DataError(
            _("There is no figure of %(name)s for %(period)s and this choice.") % {"name": entry.name, "period": words.period(period)},
            where=wrong.where,
            fix=_("open the table of the indicator and choose a figure there"),
        ) from wrong
    dimensions, vectors = quality.vectors([feed.feed for feed in told.feeds])
    return render(
        request,
        "statistics/explain.html",
        {
            "entry": entry,
            "definition": entry.definition,
            "told": told,
            "dimensions": dimensions,
            "vectors": vectors,
            "figure_quality": quality.of_figure(indicator),
            "chosen": dims,
            "inside": inside,
            "may_open": rights.runs_line(account) and told.basis == "records",
            "back": back_to_table(indicator, dims),
            "cite": citation(request, entry, ", ".join([entry.name, words.period(period), *(words.code(d, v) for d, v in dims.items())]), told.vintage, told.basis),
        },
    )


def back_to_table(indicator: str, dims: dict[str, str]) -> str:
    """The table in which the cell stands."""
    asked = {"by": next(iter(dims)), **dict(list(dims.items())[1:])} if dims else {}
    return reverse("statistics:show", args=[indicator]) + (f"?{urlencode(asked)}" if asked else "")
