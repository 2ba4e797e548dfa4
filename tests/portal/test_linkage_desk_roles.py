"""The linkage desk without a browser, role by role: who may do what, samples, thresholds, merges and splits, answers taken out."""

import re
import time
from datetime import UTC, datetime

import pytest
from linkage_sitting import opened, records, say

import workspace as made


def test_the_supervisor_sees_who_opened_how_much_and_others_only_themselves(linked, visit):
    client = visit("sta")
    client.get(opened(client))
    assert 'scope="row">sta<' in visit("sta-supervisor").get("/linkage/reviewers/").text
    opened(visit("mig"))
    assert 'scope="row">mig<' not in client.get("/linkage/reviewers/").text


ACTS = {  # address, what is sent, and who may
    "open": ("/linkage/open/", {"purpose": "a review of March"}, {"sta", "mig", "mig-reviewer"}),
    "draw": ("/linkage/sample/draw/", {"size": "3"}, {"sta-supervisor"}),
    "compare": ("/linkage/quality/thresholds/999/cancel/", {}, {"sta-supervisor"}),
    "take_back": ("/linkage/events/E1/undo/", {}, {"mig"}),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("account", ["sta", "mig", "mig-reviewer", "sta-supervisor", "bor"])
@pytest.mark.parametrize(("language", "said"), [("en", "Your account may not do this"), ("az", "Hesabınız"), ("ru", "Ваша учётная запись")])
def test_each_role_does_what_is_its_own_and_the_page_says_whom_to_ask(linked, visit, act, account, language, said):
    address, sent, allowed = ACTS[act]
    answer = visit(account, language).post(address, sent)
    if account in allowed:
        assert answer.status_code in (302, 404)
    else:
        assert answer.status_code == 403 and said in answer.text
        holder = "Migration Service" if act == "take_back" else "Statistics Office"
        assert language != "en" or holder in answer.text


def test_a_role_that_the_pack_gives_nobody_of_the_institution_is_worth_nothing(linked, visit):
    from karvan_portal.accounts.models import Account

    Account.objects.get_or_create(username="bor2", defaults={"institution": "bor", "password": "!", "linkage_role": "senior"})
    assert visit("bor2").get("/linkage/").status_code == 403
    Account.objects.filter(username="bor2").delete()


def test_an_account_gets_a_role_of_its_institution_and_no_other(linked, monkeypatch):
    from karvan.errors import SetupError
    from karvan_portal import server
    from karvan_portal.accounts.models import Account

    monkeypatch.setattr(server, "prepare", lambda ws: None)
    server.add_account(linked, "anna", institution="sta", linkage_role="supervisor")
    assert Account.objects.get(username="anna").linkage_role == "supervisor"
    with pytest.raises(SetupError, match="no role 'senior'"):
        server.add_account(linked, "anna", institution="sta", linkage_role="senior")
    Account.objects.filter(username="anna").delete()


def test_roles_are_shown_with_who_has_them(linked, visit):
    page = visit("sta").get("/linkage/roles/").text
    assert "your role" in page and "mig-reviewer" in page and "sta-supervisor" in page and "Migration Service" in page


def test_answers_are_taken_out_with_reasons_by_reviewers_and_without_by_the_supervisor(linked, visit):
    from karvan_portal.accounts.models import Line

    client, second = visit("sta"), visit("mig-reviewer")
    say(client, opened(client), "different", "=HYPERLINK(1)")
    say(second, opened(second), "same", "one village")
    own = client.get("/linkage/reviewers/answers.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in own and "one village" not in own and len(own.splitlines()) == 2
    everyone = visit("sta-supervisor").get("/linkage/reviewers/answers.csv").content.decode("utf-8-sig")
    assert len(everyone.splitlines()) == 3 and "village" not in everyone and ",unsure,tie,1" in everyone
    assert Line.objects.filter(act="export_answers").last().subject == "2 answers"


@pytest.mark.parametrize(("language", "said"), [("az", "cüt azdır"), ("ru", "слишком мало"), ("en", "1 pairs are too few for")])
def test_a_sample_that_is_too_small_says_so_in_the_readers_language(linked, visit, monkeypatch, language, said):
    from karvan_portal.linkage import views_quality

    monkeypatch.setattr(views_quality, "SMALLEST", 1)
    answer = visit("sta-supervisor", language).post("/linkage/sample/draw/", {"size": "1"})
    assert answer.status_code == 404 and said in answer.text and "link_sample" not in answer.text


@pytest.mark.parametrize(("language", "said"), [("az", "hadisə"), ("ru", "события"), ("en", "There is no event E9.")])
def test_what_a_room_says_is_told_in_the_readers_language(linked, visit, language, said):
    answer = visit("mig", language).get("/linkage/events/E9/")
    assert answer.status_code == 404 and said in answer.text
    assert language == "en" or "There is no event" not in answer.text


def test_a_sample_is_drawn_labelled_blind_and_estimated(linked, visit):
    from karvan.linkage import labels_of, sample_of

    supervisor, client = visit("sta-supervisor"), visit("sta")
    assert "between 50 and 5000" in supervisor.post("/linkage/sample/draw/", {"size": "3"}, follow=True).text
    supervisor.post("/linkage/sample/draw/", {"size": "50"})
    drawn = sample_of(linked)
    assert 5 <= len(drawn) <= 50 and len({pair.stratum for pair in drawn}) >= 2
    url = opened(client, work="sample")
    assert records(url) == (drawn[0].record_a, drawn[0].record_b), "in the order of the lot"
    page = client.get(url).text
    assert "What the program weighs" not in page and "the program thinks" in page
    while url != "/linkage/":
        url = say(client, url, "same")
    assert len(labels_of(linked, drawn)) == len(drawn)
    assert f"{len(drawn)}</strong> decided" in client.get("/linkage/sample/").text
    assert "Estimates appear from 20 pairs on" in client.get("/linkage/quality/").text, "so few pairs say nothing"


def test_estimates_stand_on_the_quality_page_once_enough_pairs_are_decided(linked, visit, monkeypatch):
    from karvan_portal.linkage import standing

    monkeypatch.setattr(standing, "ENOUGH", 1)
    supervisor, client = visit("sta-supervisor"), visit("sta")
    supervisor.post("/linkage/sample/draw/", {"size": "50"})
    say(client, opened(client, work="sample"), "same")
    page = client.get("/linkage/quality/").text
    assert "per cent intervals" in page and "By citizenship" in page and "100.00\u00a0%" in page


def test_a_merge_shows_the_published_figures_it_changed_and_is_taken_back_with_a_reason(linked, visit):
    from karvan.linkage import STEP, decide, events
    from karvan.workspace import run_step

    assert "No person has changed yet" in visit("mig").get("/linkage/events/").text
    made.published(linked, 25, 10)
    decide(linked, "r0a0", "r7b", "same", who="sta", at=datetime(2026, 5, 4, 12, tzinfo=UTC))
    with linked.lock():
        run_step(linked, STEP)
    [event] = [one for one in events(linked) if one["kind"] == "merge"]
    client, address = visit("mig"), f"/linkage/events/{event['event_id']}/"
    page = client.get("/linkage/events/").text
    assert address in page and "2026-05-04" in page and "stands" in page
    assert "No figures have been computed since" in client.get(address).text
    made.published(linked, 20, 10)
    page = client.get(address).text
    assert "2 persons became one" in page and "1 published cell differs" in page
    assert re.search(r'href="/statistics/explain/TMP-01/2024/\?sex=F"', page) and re.search(r">25</td><td class=\"n\">20</td><td class=\"n\">−5<", page)
    assert "Take it back" not in visit("sta").get(address).text, "a senior reviewer does"

    assert "Tell these persons apart again" in client.get(address + "undo/").text
    assert "at least ten letters" in client.post(address + "undo/", {"reason": "no", "sure": "yes"}).text
    assert "Confirm it" in client.post(address + "undo/", {"reason": "two men of two villages"}).text
    page = client.post(address + "undo/", {"reason": "two men of two villages", "sure": "yes"}, follow=True).text
    assert "Taken back by decision D000002" in page and "waits for the next run" in page and "two men of two villages" in page
    assert "taken back already" in client.post(address + "undo/", {"reason": "two men of two villages", "sure": "yes"}, follow=True).text
    with linked.lock():
        run_step(linked, STEP)
    page = client.get(address).text
    assert "taken back" in page and "The run since then followed" in page
    [split] = [one for one in events(linked) if one["kind"] == "split"]
    assert f"/linkage/events/{split['event_id']}/" in page and event["event_id"] in client.get(f"/linkage/events/{split['event_id']}/").text


def test_a_job_on_thresholds_is_stopped_and_leaves_nothing(linked, visit):
    from karvan_portal.data.jobs import is_alive
    from karvan_portal.data.models import Job

    client, other = visit("sta-supervisor"), visit("sta")
    for _ in range(3):    # on a quick machine so small a job may end before it is stopped
        assert client.post("/linkage/quality/thresholds/").status_code == 302
        job = Job.objects.filter(kind="thresholds").latest("pk")
        page, of_another = client.get("/linkage/quality/").text, other.get("/linkage/quality/").text
        said = client.post(f"/linkage/quality/thresholds/{job.pk}/cancel/", follow=True).text
        if "Nothing in force has changed" in said:
            break
    assert "Nothing in force has changed" in said
    assert f"/linkage/quality/thresholds/{job.pk}/cancel/" in page
    assert f"/linkage/quality/thresholds/{job.pk}/cancel/" not in of_another
    job.refresh_from_db()
    assert job.state == "stopped"
    for _ in range(100):
        if not is_alive(job.process):
            break
        time.sleep(0.1)
    assert not is_alive(job.process) and not list((linked.root / ".tmp").glob("thresholds-*"))
    assert "was stopped" in client.get("/linkage/quality/").text


def test_figures_under_other_thresholds_come_from_a_copy_that_is_gone_afterwards(linked, visit):
    from karvan_portal.linkage import effects

    before = {path: path.read_bytes() for path in linked.root.rglob("*") if path.is_file() and path.name not in ("audit.jsonl", "lock")}
    said = []
    found = effects.effects(lambda message, done: said.append(done), actor="mig", thresholds=(0.2, 0.9, 0.99))
    persons = [row["persons"] for row in found]
    assert persons[0] < persons[1] < persons[2], "a higher threshold joins less"
    assert linked.connect().sql("select count(*) from persons").fetchall() == [(persons[1],)], "the threshold in force gives the links in force"
    assert said == sorted(said) and said[-1] <= 1
    after = {path: path.read_bytes() for path in linked.root.rglob("*") if path.is_file() and path.name not in ("audit.jsonl", "lock")}
    assert after == before
    assert "links under a threshold of 0.2" in linked.audit_log.read_text(encoding="utf-8"), "what is opened in the copy is audited in the workspace"
