"""The baseline desk and the quality pages without a browser: who sees, answers and changes what; what an empty country is told."""

from datetime import date

import pytest

import workspace as made
from karvan.workspace import Workspace

PAGES = ["/baseline/", "/baseline/questions/", "/baseline/plan/", "/data/quality/"]


@pytest.fixture(scope="session")
def studied_once(tmp_path_factory):
    """Tinyland with the questionnaire of the pack `world`, two deliveries and an edition of the study."""
    from karvan.baseline import study
    from karvan.workspace import new_connection

    ws = Workspace.create(tmp_path_factory.mktemp("studied") / "studied", packs=["tiny", "world"], packs_folder=made.HERE / "pack")
    con = new_connection(memory="300MB", threads=1)
    score = {"subject": "tiny.bor.crossings", "measured_until": "2024-12-31"}
    with ws.lock(), ws.transaction() as tx:
        made.written(con, tx, "deliveries", made.deliveries())
        made.written(
            con,
            tx,
            "quality_scores",
            [
                {**score, "qi": "QI-01", "measured": 97.0, "score": 13.0, "colour": "red"},
                {**score, "qi": "SCORE", "measured": 13.0, "score": 13.0, "colour": "red"},
                {**score, "qi": "SCORE", "detail": "technical", "measured": 13.0, "score": 13.0, "colour": "red"},
            ],
        )
        history = [("2024-11-30", "d-2024-11", 99.0), ("2024-12-31", "d-2024-12", 97.0)]
        made.written(
            con,
            tx,
            "quality_history",
            [
                {"about": "delivery", "name": name, "qi": "QI-01", "subject": "tiny.bor.crossings", "at_on": day, "measured": share, "score": 13.0, "colour": "red"}
                for day, name, share in history
            ],
        )
    study(ws, dated=date(2026, 1, 1))
    return ws


@pytest.fixture
def studied(tinyland, studied_once, tmp_path):
    """The portal over it; every test has its own copy."""
    import shutil

    from django.test import override_settings

    shutil.copytree(studied_once.root, tmp_path / "studied")
    with override_settings(WORKSPACE=(tmp_path / "studied").resolve()):
        yield Workspace.open(tmp_path / "studied")


def sent(level=4, evidence="order 12", **changes):
    from karvan.baseline import questionnaire
    from karvan.country import load

    form = {}
    for question in questionnaire(load(["world"]))["questions"]:
        form |= {f"level-{question}": str(level), f"evidence-{question}": evidence}
    return form | changes


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_pages_stand_where_there_is_no_study_yet(empty, visit, path, language):
    answer = visit("bor", language).get(path)
    assert answer.status_code == 200 and f'<html lang="{language}">' in answer.text


def test_an_empty_country_is_told_how_to_come_to_a_study(empty, visit):
    assert "No edition has been written yet" in visit("mig").get("/baseline/").text
    assert "Write the study" in visit("mig").get("/baseline/").text and "Write the study" not in visit("bor").get("/baseline/").text
    assert "There is no questionnaire" in visit("mig").get("/baseline/questions/").text
    assert "There is no plan yet" in visit("mig").get("/baseline/plan/").text


@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_every_chapter_stands_in_the_readers_language_and_the_pdf_comes_in_it(studied, visit, language):
    from karvan.baseline import editions

    client = visit("bor", language)
    for chapter in editions(studied)[0].document(language)["chapters"]:
        answer = client.get(f"/baseline/study/2026-01-01/{chapter['id']}/")
        assert answer.status_code == 200 and chapter["title"] in answer.text
    pdf = client.get("/baseline/study/2026-01-01/study.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF") and f"-{language}.pdf" in pdf.headers["Content-Disposition"]
    assert client.get("/baseline/study/2026-01-01/nothing/").status_code == 404


def test_only_the_operator_writes_the_study(studied, visit):
    assert visit("bor").post("/baseline/make/").status_code == 403


def test_an_institution_answers_for_itself_and_for_nobody_else(studied, visit):
    from karvan_portal.accounts.models import Line

    client = visit("bor")
    assert client.post("/baseline/questions/bor/", sent(act="draft")).status_code == 302
    assert "16 of 16 questions are answered" in client.get("/baseline/questions/bor/").text
    assert visit("sta").get("/baseline/questions/bor/").status_code == 403
    assert visit("mig").post("/baseline/questions/bor/", sent(act="submit")).status_code == 403, "not even the operator"
    assert client.get("/baseline/questions/nobody/").status_code == 404
    assert Line.objects.filter(act="save_answers", subject="bor").exists()


def test_a_draft_is_seen_by_its_institution_alone_and_what_was_submitted_by_the_operator_too(studied, visit):
    bor, mig = visit("bor"), visit("mig")
    bor.post("/baseline/questions/bor/", sent(evidence="our secret plan", act="draft"))
    shown = mig.get("/baseline/questions/bor/").text
    assert "our secret plan" not in shown and "Nothing has been submitted yet" in shown
    assert "0 of 3 institutions have submitted" in mig.get("/baseline/questions/").text
    assert bor.post("/baseline/questions/bor/", sent(evidence="order 12 of May", act="submit")).status_code == 302
    assert "order 12 of May" in mig.get("/baseline/questions/bor/").text
    assert "1 of 3 institutions have submitted" in mig.get("/baseline/questions/").text
    assert "institutions have submitted" not in visit("sta").get("/baseline/questions/").text


def test_answers_that_lack_something_are_kept_as_a_draft_and_the_place_is_shown(studied, visit):
    from karvan.baseline import answers

    answer = visit("bor").post("/baseline/questions/bor/", sent(act="submit", **{"level-E1": "", "evidence-S3": ""}))
    assert answer.status_code == 422
    assert answer.text.count("Still open: choose a level.") == 1 and answer.text.count("Say what shows it.") == 1
    assert answers.current(studied, "bor")["act"] == "draft"
    assert visit("bor").post("/baseline/questions/bor/", sent(act="draft", **{"level-E1": "7"})).status_code == 404


def test_earlier_versions_stay_and_are_read(studied, visit):
    bor, mig = visit("bor"), visit("mig")
    bor.post("/baseline/questions/bor/", sent(evidence="the first order", act="submit"))
    bor.post("/baseline/questions/bor/", sent(evidence="a draft of ours", act="draft"))
    bor.post("/baseline/questions/bor/", sent(evidence="the second order", act="submit"))
    assert "the second order" in mig.get("/baseline/questions/bor/").text
    first = mig.get("/baseline/questions/bor/?version=1").text
    assert "the first order" in first and "the second order" not in first
    assert "a draft of ours" not in mig.get("/baseline/questions/bor/?version=2").text, "a draft is no version for others"
    assert "a draft of ours" in bor.get("/baseline/questions/bor/?version=2").text


def test_the_owner_and_the_operator_change_a_measure_and_every_change_stays(studied, visit):
    from karvan_portal.accounts.models import Line

    plan = visit("sta").get("/baseline/plan/?owner=bor").text
    assert "/baseline/plan/QI-01:tiny.bor.crossings/" in plan
    page = "/baseline/plan/QI-01:tiny.bor.crossings/"
    change = {"status": "in_progress", "due": "2027-06-30", "note": "a new scanner"}
    assert visit("sta").post(page, change).status_code == 403
    assert visit("bor").post(page, change | {"owner": "sta"}).status_code == 302
    shown = visit("bor").get(page).text
    assert "in progress" in shown and "a new scanner" in shown and "2027-06-30" in shown
    assert "Statistics Office" not in shown, "an owner does not give a measure to another institution"
    assert visit("mig").post(page, change | {"owner": "sta", "status": "done", "note": ""}).status_code == 422
    assert visit("mig").post(page, change | {"owner": "sta"}).status_code == 302
    assert visit("bor").get(page).text.count("<li><strong>") == 2
    assert Line.objects.filter(act="change_measure", actor="bor").exists()


def test_the_study_that_is_written_next_shows_what_people_set(studied, visit):
    from karvan.baseline import study

    visit("bor").post("/baseline/plan/QI-01:tiny.bor.crossings/", {"status": "accepted", "due": "2027-06-30", "note": ""})
    study(studied, dated=date(2027, 1, 1), pdf=False)
    assert "2027-06-30" in visit("sta").get("/baseline/study/2027-01-01/plan/").text
    changes = visit("sta").get("/baseline/study/2027-01-01/changes/").text
    assert "Compared with the edition of 2026-01-01" in changes and "accepted" in changes
    assert "2026-01-01" in visit("sta").get("/baseline/").text, "earlier editions stay"


def test_the_quality_of_a_source_is_shown_with_its_line_and_to_its_own_institution(studied, visit):
    assert "tiny.bor.crossings" in visit("bor").get("/data/quality/").text
    assert "tiny.bor.crossings" not in visit("sta").get("/data/quality/").text
    shown = visit("bor").get("/data/quality/tiny.bor.crossings/").text
    assert "2024-11 – 2024-12: 97 – 99" in shown and "<polyline" in shown
    assert visit("sta").get("/data/quality/tiny.bor.crossings/").status_code == 403
    delivery = visit("bor").get("/data/deliveries/d-2024-12/").text
    assert "Quality of this delivery" in delivery and "Rows that could be read and fit their contract" in delivery
    assert "Quality of this delivery" not in visit("mig").get("/data/deliveries/d-permits/").text, "no run has looked at it"
    assert "a sample of which reviewers labelled at least 50 pairs" in visit("bor").get("/data/quality/").text, "what is not measured says what it waits for"


def test_the_home_page_names_the_questionnaire_and_overdue_measures_until_they_are_settled(studied, visit):
    client = visit("bor")
    assert "waits for your answers" in client.get("/").text
    client.post("/baseline/questions/bor/", sent(act="draft"))
    assert "are a draft" in client.get("/").text
    client.post("/baseline/questions/bor/", sent(act="submit"))
    assert "questionnaire" not in client.get("/").text
    page = "/baseline/plan/QI-01:tiny.bor.crossings/"
    client.post(page, {"status": "accepted", "due": "2020-06-30", "note": ""})
    assert "1 measure of the improvement plan is overdue" in client.get("/").text
    assert "overdue" not in visit("sta").get("/").text
    client.post(page, {"status": "done", "due": "2020-06-30", "note": "a new scanner"})
    assert "overdue" not in client.get("/").text
