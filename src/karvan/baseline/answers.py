"""The questionnaire on the maturity of data management, and what institutions answered.

Questions and the meaning of levels are in a pack (`quality/questionnaire.yaml`). An institution saves drafts and submits; each version is kept. Nobody
answers for an institution: one that has not submitted counts as not yet answered, and nothing is put in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from karvan.baseline import journal
from karvan.errors import DataError, PackError
from karvan.workspace import Workspace

if TYPE_CHECKING:
    from karvan.country import Country

JOURNAL = "answers"
LEVELS = range(1, 6)
DOES_NOT_APPLY = 0
EVIDENCE_FROM = 3      # from this level on, an answer that is submitted says what shows it
LONGEST = 2000


def questionnaire(country: Country) -> Mapping[str, Any]:
    """Version, scale, sections and questions. Raises PackError if no pack has a questionnaire."""
    found = country.quality.get("questionnaire")
    if not found:
        raise PackError("No pack of this workspace has a questionnaire.", where="quality/questionnaire.yaml", fix="use the pack `world`, or write one")
    return found


def asked_of(country: Country) -> Mapping[str, Any]:
    """The questionnaire, or one without questions where no pack has any: the study is written all the same, and says that nobody answered."""
    return country.quality.get("questionnaire") or {"version": "", "scale": {}, "sections": {}, "questions": {}}


def save(ws: Workspace, country: Country, institution: str, given: Mapping[str, Mapping[str, Any]], *, actor: str, at: str, submit: bool = False) -> dict[str, Any]:
    """Keep the answers of an institution as a draft, or submit them.

    `given` has for each question `level` (1 to 5, 0 where the question does not apply, None while open) and `evidence`, a text. `at` is the time, ISO 8601.
    Raises DataError where a level or a question does not exist; when submitting, also where a question is open or lacks its evidence (see `lacking`).
    """
    questions = questionnaire(country)["questions"]
    kept: dict[str, dict[str, Any]] = {}
    for question, answer in given.items():
        level, evidence = answer.get("level"), str(answer.get("evidence") or "").strip()
        if question not in questions:
            raise DataError(f"The questionnaire has no question '{question}'.", where=institution, fix=f"answer {', '.join(questions)}")
        if level is not None and level != DOES_NOT_APPLY and level not in LEVELS:
            raise DataError(f"The question {question} has no level {level}.", where=institution, fix="choose 1 to 5, or say that it does not apply")
        if len(evidence) > LONGEST:
            raise DataError(f"The evidence of {question} is longer than {LONGEST} letters.", where=institution, fix="name the document, and where it is")
        if level is not None or evidence:
            kept[question] = {"level": level, "evidence": evidence}
    if submit and (open_ones := lacking(country, kept)):
        raise DataError(f"{len(open_ones)} questions are still open or lack their evidence: {', '.join(open_ones)}.", where=institution, fix="answer them, or save a draft")
    entry = {"act": "submit" if submit else "draft", "institution": institution, "actor": actor, "at": at, "version": questionnaire(country)["version"], "answers": kept}
    return journal.append(ws, JOURNAL, entry)


def lacking(country: Country, given: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Questions that keep answers from being submitted: no level; or level 3 and more, or one that does not apply, without a word on why."""
    open_ones = []
    for question in questionnaire(country)["questions"]:
        level, evidence = given.get(question, {}).get("level"), given.get(question, {}).get("evidence")
        if level is None or ((level == DOES_NOT_APPLY or level >= EVIDENCE_FROM) and not evidence):
            open_ones.append(question)
    return open_ones


def history(ws: Workspace, institution: str) -> list[dict[str, Any]]:
    """Every version that an institution saved, newest first."""
    return [e for e in reversed(journal.read(ws, JOURNAL)) if e["institution"] == institution]


def current(ws: Workspace, institution: str) -> dict[str, Any] | None:
    """The newest version of an institution, draft or submitted; None if there is none."""
    return next(iter(history(ws, institution)), None)


def standing(ws: Workspace, country: Country) -> dict[str, Any]:
    """How far the questionnaire is, and what the submitted answers say.

    Per institution: `state` (none, draft, submitted), `answered` questions of the newest version, and of the newest submission its time, levels and the
    mean of each section. `sections` has the means over the institutions that submitted, None without any.
    """
    asked = asked_of(country)
    entries = journal.read(ws, JOURNAL)
    out: dict[str, Any] = {"version": asked["version"], "questions": len(asked["questions"]), "institutions": {}}
    for institution in country.packs[0].institutions:
        mine = [e for e in entries if e["institution"] == institution]
        submitted = next((e for e in reversed(mine) if e["act"] == "submit"), None)
        levels = {q: a["level"] for q, a in submitted["answers"].items()} if submitted else {}
        out["institutions"][institution] = {
            "state": "none" if not mine else "draft" if mine[-1]["act"] == "draft" else "submitted",
            "answered": sum(a["level"] is not None for a in mine[-1]["answers"].values()) if mine else 0,
            "submitted_at": submitted["at"] if submitted else None,
            "levels": levels,
            "sections": _means(asked, [levels]),
        }
    out["submitted"] = sum(1 for i in out["institutions"].values() if i["submitted_at"])
    out["sections"] = _means(asked, [i["levels"] for i in out["institutions"].values()])
    return out


def _means(asked: Mapping[str, Any], many: list[dict[str, int]]) -> dict[str, float | None]:
    """Mean level of each section over answers; questions that do not apply are left out."""
    out: dict[str, float | None] = {}
    for section in asked["sections"]:
        found = [levels[q] for levels in many for q, question in asked["questions"].items() if question["section"] == section and levels.get(q) in LEVELS]
        out[section] = fmean(found) if found else None
    return out
