"""Where things stand: newest figures, deliveries, runs, quality, and what waits for an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from karvan.workspace import Run
from karvan_portal import source, words
from karvan_portal.accounts import rights
from karvan_portal.accounts.models import Account
from karvan_portal.baseline import desk
from karvan_portal.data.ledger import DELIVERIES
from karvan_portal.linkage import queue as linkage_queue
from karvan_portal.statistics import dictionary

MOST_HEADLINES = 8


@dataclass(frozen=True)
class Task:
    """Something that waits for the reader: what, how much, and where to do it."""

    title: str
    detail: str
    url: str
    weight: str  # bad, warn, good


def headlines() -> list[dictionary.Entry]:
    """Newest figures: those that the pack names (`headlines` in pack.yaml) as far as there are any, then one of each other family."""
    with_value = {e.id: e for e in dictionary.entries() if e.value is not None}
    if not with_value:
        return []
    named = next((p.about["headlines"] for p in source.country().packs if p.about.get("headlines")), [])
    chosen = [with_value[name] for name in named if name in with_value][:MOST_HEADLINES]
    for one_per_family in (True, False):
        for entry in with_value.values():
            if len(chosen) < MOST_HEADLINES and entry not in chosen and not (one_per_family and entry.family in {e.family for e in chosen}):
                chosen.append(entry)
    return chosen


def deliveries(account: Account) -> dict[str, Any]:
    """Counts of the deliveries that the account may see."""
    condition, params = rights.deliveries_filter(account)
    found = source.one(
        f"""
        select count(*) as all_of_them, count(*) filter (state = 'held') as held, count(*) filter (state = 'accepted') as accepted,
               count(*) filter (late) as late, coalesce(sum(rows), 0) as row_count,
               coalesce(sum(rows_quarantined), 0) as quarantined, coalesce(sum(rows_read), 0) as read, coalesce(sum(rows_duplicate), 0) as duplicate,
               coalesce(sum(rows_superseded), 0) as superseded, coalesce(sum(rows_held), 0) as rows_held, max(received_on) as newest
        from {DELIVERIES} where {condition}
        """,
        params,
    )
    return found


def waiting(account: Account) -> list[Task]:
    """What waits for this account, most pressing first."""
    counts, tasks = deliveries(account), []
    to_review = review(account)
    if not counts.get("all_of_them"):
        if rights.runs_line(account):
            tasks.append(
                Task(_("Nothing has been taken in yet"), _("Put agencies' files into the workspace, then run the line."), reverse("data:runs"), "warn")
            )
        return tasks + to_review + improve(account)
    if counts["held"]:
        detail = (
            _("Read the gates that failed, then accept with a reason or ask for a new file.")
            if rights.runs_line(account)
            else _("A gate failed. Send a corrected file.")
        )
        said = ngettext("%(n)s delivery is held", "%(n)s deliveries are held", counts["held"]) % {"n": words.figure(counts["held"])}
        tasks.append(Task(said, detail, reverse("data:deliveries") + "?state=held", "bad"))
    if counts["quarantined"]:
        said = ngettext("%(n)s row is set aside", "%(n)s rows are set aside", counts["quarantined"]) % {"n": words.figure(counts["quarantined"])}
        tasks.append(Task(said, _("The return files say in plain words what to correct."), reverse("data:quarantine"), "warn"))
    red = sum(1 for s in scores(account) if s["colour"] == "red")
    if red:
        said = ngettext("%(n)s feed has a red quality score", "%(n)s feeds have a red quality score", red) % {"n": red}
        tasks.append(Task(said, _("Figures that rest on such a feed are marked."), reverse("data:quality"), "warn"))
    return tasks + to_review + improve(account)


def improve(account: Account) -> list[Task]:
    """The questionnaire that the account's institution has not submitted, and measures of the improvement plan that it owns and that are overdue."""
    tasks = []
    state = desk.questionnaire_state(account)
    if state in ("none", "draft"):
        title = _("The questionnaire on data management waits for your answers") if state == "none" else _("Your answers to the questionnaire are a draft")
        tasks.append(Task(title, _("Until it is submitted, the baseline study says that your institution has not answered yet."), reverse("baseline:answers", args=[account.institution]), "warn"))
    if late := desk.overdue(account):
        said = ngettext("%(n)s measure of the improvement plan is overdue", "%(n)s measures of the improvement plan are overdue", late) % {"n": words.figure(late)}
        tasks.append(Task(said, _("Say what was done, or set another day."), reverse("baseline:plan") + f"?owner={account.institution}", "bad"))
    return tasks


def review(account: Account) -> list[Task]:
    """Pairs of people that wait for a decision of the account, if it may decide."""
    if not rights.links(account, "open") or not (pairs := linkage_queue.count_open(account.username)):
        return []
    said = ngettext("%(n)s pair of people waits for a decision", "%(n)s pairs of people wait for a decision", pairs) % {"n": words.figure(pairs)}
    return [Task(said, _("The score alone is not sure whether they are one person."), reverse("linkage:queue"), "warn")]


def scores(account: Account) -> list[dict[str, Any]]:
    """Worst colour per feed that the account may see, from the newest quality scores."""
    condition, params = rights.deliveries_filter(account)
    return source.rows(
        f"""
        with mine as (select distinct feed from deliveries where {condition}),
             newest as (select * from quality_scores qualify measured_until = max(measured_until) over (partition by qi, subject, detail)),
             graded as (select subject as feed, case colour when 'red' then 3 when 'amber' then 2 when 'green' then 1 end as grade
                        from newest where colour is not null)
        select feed, case max(grade) when 3 then 'red' when 2 then 'amber' else 'green' end as colour, count(*) as scored,
               count(*) filter (grade = 3) as red, count(*) filter (grade = 2) as amber, count(*) filter (grade = 1) as green
        from graded join mine using (feed) group by feed order by max(grade) desc, feed
        """,
        params,
    )


def runs() -> list[Run]:
    """The newest run of each step, newest first."""
    return sorted(source.workspace().head().runs.values(), key=lambda r: (r.started_at, r.step), reverse=True)
