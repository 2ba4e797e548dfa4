"""What the baseline desk shows: the newest edition, an institution's answers, measures of the plan. `karvan.baseline` keeps and judges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from karvan.baseline import Edition, answers, editions, journal, plan
from karvan.baseline.wording import Words
from karvan.errors import AccessError, KarvanError
from karvan_portal import source
from karvan_portal.accounts.models import Account


def sections(here: str) -> list[dict[str, Any]]:
    """Pages of the desk, for the row of links under its title."""
    titles = {"read": _("Study"), "questions": _("Questionnaire"), "plan": _("Improvement plan")}
    return [{"url": reverse(f"baseline:{name}"), "title": title, "here": name == here} for name, title in titles.items()]


def say() -> Words:
    return Words(source.country(), source.language())


def edition(dated: str = "") -> Edition | None:
    """The edition of a day, the newest by default; None if there is none."""
    there = editions(source.workspace())
    return next((e for e in there if not dated or e.dated == dated), None)


def language_of(found: Edition) -> str:
    """The reader's language where the edition has it, else any that it has."""
    return source.language() if source.language() in found.languages else found.languages[0]


# -- the questionnaire ---------------------------------------------------------------------------------------------------


def own_institutions() -> list[str]:
    try:
        return list(source.country().packs[0].institutions)
    except KarvanError:
        return []


def institution_named(name: str) -> str:
    """The id of an institution as the pack writes it. Raises Http404 if there is none."""
    found = next((key for key in own_institutions() if key.casefold() == name.casefold()), None)
    if found is None:
        raise Http404
    return found


def answers_for(account: Account, institution: str) -> bool:
    """Whether the account answers for an institution: nobody answers for another one, not even the operator."""
    return account.institution.casefold() == institution.casefold()


def questionnaire_state(account: Account) -> str | None:
    """How far the account's institution is: none, draft, submitted; None where it is not asked."""
    if not source.country().quality.get("questionnaire") or not (mine := [key for key in own_institutions() if answers_for(account, key)]):
        return None
    newest = answers.current(source.workspace(), mine[0])
    return "none" if newest is None else "draft" if newest["act"] == "draft" else "submitted"


def require_reader(account: Account, institution: str) -> None:
    """Raise AccessError unless the account may read the answers of an institution: its own, or what was submitted for the operator."""
    if not (account.operator or answers_for(account, institution)):
        raise AccessError(_("These answers belong to another institution."), fix=_("ask the operator if you need them"))


def given(form: QueryDict, country: Any) -> dict[str, dict[str, Any]]:
    """Answers as the form sends them."""
    out = {}
    for question in answers.questionnaire(country)["questions"]:
        level = form.get(f"level-{question}", "")
        out[question] = {"level": int(level) if level.isdigit() else None, "evidence": form.get(f"evidence-{question}", "")}
    return out


def form_of(kept: Mapping[str, Mapping[str, Any]], lacking: list[str]) -> list[dict[str, Any]]:
    """Sections with their questions in the reader's language: levels to choose from, what was answered, whether it is still open."""
    words, asked = say(), answers.questionnaire(source.country())
    out = []
    for section, title in asked["sections"].items():
        questions = []
        for key, question in asked["questions"].items():
            if question["section"] != section:
                continue
            answer = kept.get(key, {})
            levels = [
                {"level": n, "words": words.said(question["levels"].get(n) or asked["scale"][n]), "between": n not in question["levels"], "chosen": answer.get("level") == n}
                for n in answers.LEVELS
            ]
            questions.append(
                {
                    "key": key,
                    "ask": words.said(question["ask"]),
                    "after": words.said(question["after"]),
                    "levels": levels,
                    "not_apply": answer.get("level") == answers.DOES_NOT_APPLY,
                    "level": answer.get("level"),
                    "evidence": answer.get("evidence", ""),
                    "lacking": key in lacking,
                }
            )
        out.append({"key": section, "title": words.said(title), "questions": questions})
    return out


# -- the plan ---------------------------------------------------------------------------------------------------------------


def measures(found: Edition) -> list[dict[str, Any]]:
    """The measures of an edition with what people set since, as the reader reads them."""
    proposed = [m for m in found.facts()["plan"] if m["found"]]
    words = say()
    return [m | {"what": words.measure(m)} for m in plan.tracked(source.workspace(), proposed)]


def overdue(account: Account) -> int:
    """Measures that the account's institution owns, open and past their day."""
    found = edition()
    if found is None or not journal.path_of(source.workspace(), plan.JOURNAL).exists():
        return 0
    today = datetime.now(UTC).date().isoformat()
    mine = (m for m in measures(found) if m["owner"].casefold() == account.institution.casefold() and m["status"] not in ("done", "dropped"))
    return sum(1 for m in mine if m["due"] and m["due"] < today)


def changes_measure(account: Account, measure: Mapping[str, Any]) -> bool:
    """Whether the account sets the status of a measure: the operator, and the institution that owns it."""
    return account.operator or account.institution.casefold() == str(measure["owner"]).casefold()
