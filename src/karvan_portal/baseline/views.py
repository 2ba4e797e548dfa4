"""Pages of the baseline desk: the study, the questionnaire, the improvement plan."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from karvan.baseline import STATUSES, answers, editions
from karvan.baseline import plan as plans
from karvan.errors import DataError, PackError
from karvan_portal import source
from karvan_portal.accounts import audit, rights
from karvan_portal.baseline import desk
from karvan_portal.data import jobs
from karvan_portal.data.models import Job
from karvan_portal.frame import account_of


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# -- the study --------------------------------------------------------------------------------------------------------------


def read(request: HttpRequest) -> HttpResponse:
    """Contents of the newest edition, or of the one asked for; how to come to one where there is none."""
    found = desk.edition(request.GET.get("edition", ""))
    jobs.settle()
    job = Job.objects.filter(kind="baseline").first()
    context = {
        "sections": desk.sections("read"),
        "edition": found,
        "document": found.document(desk.language_of(found)) if found else None,
        "editions": editions(source.workspace()),
        "stale": found is not None and found.facts()["commit"] < source.workspace().head().number,
        "may_make": rights.runs_line(account_of(request)),
        "job": job if job and (job.is_open or not found) else None,
    }
    return render(request, "baseline/read.html", context)


def chapter(request: HttpRequest, dated: str, name: str) -> HttpResponse:
    """One chapter of an edition, with the chapters before and after it."""
    found = desk.edition(dated)
    document = found.document(desk.language_of(found)) if found else {"chapters": []}
    place = next((n for n, c in enumerate(document["chapters"]) if c["id"] == name), None)
    if found is None or place is None:
        raise Http404
    chapters = document["chapters"]
    for block in chapters[place]["blocks"]:
        if block["kind"] == "table":      # each cell with the kind of its column
            block["rows"] = [[(cell, head["kind"]) for cell, head in zip(row, block["columns"], strict=True)] for row in block["rows"]]
    context = {
        "edition": found,
        "document": document,
        "chapter": chapters[place],
        "before": chapters[place - 1] if place else None,
        "after": chapters[place + 1] if place + 1 < len(chapters) else None,
    }
    return render(request, "baseline/chapter.html", context)


def pdf(request: HttpRequest, dated: str) -> FileResponse:
    """An edition as PDF, in the reader's language."""
    found = desk.edition(dated)
    if found is None or not (path := found.file(desk.language_of(found), "pdf")).exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"baseline-study-{found.dated}-{path.name.split('.')[1]}.pdf", content_type="application/pdf")


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Write an edition, in every language, in the background."""
    account = account_of(request)
    rights.require(rights.runs_line(account), _("Only the operator writes the study."), _("ask the operator"))
    job = jobs.start(account.username, kind="baseline")
    audit.write(account.username, "write_study", f"job {job.pk}")
    return redirect("baseline:read")


# -- the questionnaire -------------------------------------------------------------------------------------------------------


def questions(request: HttpRequest) -> HttpResponse:
    """How far the questionnaire is: everyone's for the operator, the own one for the others."""
    account = account_of(request)
    country = source.country()
    try:
        asked = answers.questionnaire(country)
    except PackError:
        return render(request, "baseline/questions.html", {"sections": desk.sections("questions"), "asked": None})
    standing = answers.standing(source.workspace(), country)
    seen = {key: one for key, one in standing["institutions"].items() if account.operator or desk.answers_for(account, key)}
    said = desk.say()
    rows = [one | {"key": key, "name": said.institution(key), "mine": desk.answers_for(account, key), "means": list(one["sections"].values())} for key, one in seen.items()]
    context = {
        "sections": desk.sections("questions"),
        "asked": asked,
        "rows": sorted(rows, key=lambda r: (not r["mine"], r["name"])),
        "titles": [said.said(title) for title in asked["sections"].values()],
        "count": standing["questions"],
        "submitted": standing["submitted"],
        "all": len(standing["institutions"]),
        "operator": account.operator,
    }
    return render(request, "baseline/questions.html", context)


def answers_of(request: HttpRequest, institution: str) -> HttpResponse:
    """The questionnaire of one institution: its own officers answer; the operator reads what was submitted."""
    account, ws, country = account_of(request), source.workspace(), source.country()
    key = desk.institution_named(institution)
    desk.require_reader(account, key)
    mine = desk.answers_for(account, key)
    versions = [v for v in answers.history(ws, key) if mine or v["act"] == "submit"]
    earlier = next((v for v in versions if str(v["number"]) == request.GET.get("version")), None)
    shown = earlier or next(iter(versions), None)
    kept, lacking = (shown["answers"] if shown else {}), []
    if request.method == "POST":
        rights.require(mine, _("Only the institution itself answers its questionnaire."), _("ask it to answer"))
        submit = request.POST.get("act") == "submit"
        sent = desk.given(request.POST, country)
        lacking = answers.lacking(country, sent) if submit else []
        answers.save(ws, country, key, sent, actor=account.username, at=now(), submit=submit and not lacking)
        audit.write(account.username, "submit_answers" if submit and not lacking else "save_answers", key)
        if not lacking:
            messages.success(request, _("Submitted. The next edition of the study counts these answers.") if submit else _("Draft saved. Nobody else sees it."))
            return redirect("baseline:answers", key)
        messages.error(request, _("Not submitted: some answers are still open or lack their evidence. What you wrote is kept as a draft."))
        kept = sent
    elif not mine:
        audit.write(account.username, "view_answers", key)
    form = desk.form_of(kept, lacking)
    context = {
        "sections": desk.sections("questions"),
        "institution": key,
        "name": desk.say().institution(key),
        "answers_now": mine and earlier is None,
        "form": form,
        "shown": shown,
        "versions": versions,
        "answered": sum(q["level"] is not None for s in form for q in s["questions"]),
        "count": sum(len(s["questions"]) for s in form),
        "lacking": lacking,
        "longest": answers.LONGEST,
    }
    return render(request, "baseline/answers.html", context, status=422 if lacking else 200)


# -- the plan ---------------------------------------------------------------------------------------------------------------


def plan(request: HttpRequest) -> HttpResponse:
    """The measures of the newest edition with owner, due day and status; filters by priority, status and owner."""
    account, found = account_of(request), desk.edition()
    listed = desk.measures(found) if found else []
    chosen = {name: request.GET.get(name, "") for name in ("priority", "status", "owner")}
    shown = [m for m in listed if all(not wanted or m[name] == wanted for name, wanted in chosen.items())]
    said = desk.say()
    context = {
        "sections": desk.sections("plan"),
        "edition": found,
        "found": shown,
        "count": len(listed),
        "chosen": chosen,
        "by_status": [(status, said("plan_status", status), n) for status in STATUSES if (n := Counter(m["status"] for m in listed)[status])],
        "owners": sorted({m["owner"] for m in listed}),
        "priorities": [(name, said("priority", name)) for name in ("high", "medium", "low")],
        "statuses": [(name, said("plan_status", name)) for name in STATUSES],
        "today": datetime.now(UTC).date().isoformat(),
        "account": account,
    }
    return render(request, "baseline/plan.html", context)


def measure(request: HttpRequest, name: str) -> HttpResponse:
    """One measure: why it is there, who sees to it, what became of it; the operator and its owner change it."""
    account, ws, found = account_of(request), source.workspace(), desk.edition()
    one = next((m for m in desk.measures(found) if m["id"] == name), None) if found else None
    if one is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        rights.require(desk.changes_measure(account, one), _("Only the operator and the owner change a measure."), _("ask the operator"))
        owner = request.POST.get("owner", one["owner"]) if account.operator else one["owner"]
        words = {"owner": owner, "due": request.POST.get("due", "") or None, "status": request.POST.get("status", ""), "note": request.POST.get("note", "")}
        try:
            plans.change(ws, one, **words, actor=account.username, at=now(), institutions=desk.own_institutions())
        except DataError as refused:
            wrong = f"{refused.what} {refused.fix}"
            one |= words
        else:
            audit.write(account.username, "change_measure", name, f"{words['status']}: {words['note']}"[:300])
            messages.success(request, _("Kept."))
            return redirect("baseline:measure", name)
    said = desk.say()
    context = {
        "sections": desk.sections("plan"),
        "one": one,
        "wrong": wrong,
        "may_change": desk.changes_measure(account, one),
        "may_give": account.operator,
        "institutions": [(key, said.institution(key)) for key in desk.own_institutions()],
        "statuses": [(status, said("plan_status", status)) for status in STATUSES],
        "history": plans.history(ws, name),
        "priority": said("priority", one["priority"]),
    }
    return render(request, "baseline/measure.html", context, status=422 if wrong else 200)
