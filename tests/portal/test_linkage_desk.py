"""The linkage desk without a browser: who may enter and do what, what is audited, how answers, undo, double review and samples work.

In Tinyland `sta` and `mig-reviewer` are reviewers, `mig` is a senior reviewer and `sta-supervisor` the supervisor.
"""

import re
import time
from datetime import UTC, datetime

import pytest

import workspace as made

PAGES = ["/linkage/", "/linkage/?work=sample", "/linkage/?work=skipped", "/linkage/reviewers/", "/linkage/quality/", "/linkage/sample/", "/linkage/events/", "/linkage/roles/", "/linkage/?record=r0a0"]


@pytest.fixture(scope="session")
def linked_once(tmp_path_factory):
    return made.with_uncertain_pairs(tmp_path_factory.mktemp("linked") / "linked")


@pytest.fixture
def linked(tinyland, linked_once, tmp_path):
    """The portal over people about whom the model is not sure; every test has its own copy and its own audit lines."""
    import shutil

    from django.test import override_settings

    from karvan.workspace import Workspace

    root = tmp_path / "linked"
    shutil.copytree(linked_once.root, root)
    with override_settings(WORKSPACE=root.resolve()):
        yield Workspace.open(root)


def opened(client, **choice):
    """Open the first pair of a choice; its address."""
    answer = client.post("/linkage/open/", {"purpose": "a review of March", **choice})
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def say(client, url, answer, reason=""):
    """Answer a pair; the address of the next, or of the queue."""
    return client.post(url + "answer/", {"answer": answer, "reason": reason}).headers["Location"]


def records(url):
    return tuple(url.rstrip("/").split("/")[-2:])


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["az", "en", "ru"])
def test_pages_stand_where_nothing_is_linked_yet(empty, visit, path, language):
    answer = visit("sta", language).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_stand_with_links_in_every_language(linked, visit, path):
    for language in ("az", "en", "ru"):
        assert visit("mig", language).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_only_reviewing_institutions_enter(linked, visit, path):
    assert visit("bor").get(path).status_code == 403
    assert "Who is who" not in visit("bor").get("/").text
    assert "Who is who" in visit("sta").get("/").text and "Who is who" in visit("mig").get("/").text


def test_home_says_how_many_pairs_wait_to_those_who_may_decide(linked, visit):
    from karvan.linkage import review_queue

    waiting = len(review_queue(linked, reviewer="sta", limit=100))
    assert waiting >= 5
    for account in ("sta", "mig", "mig-reviewer"):
        assert f"{waiting} pairs of people wait for a decision" in visit(account).get("/").text
    for account in ("bor", "sta-supervisor"):
        assert "wait for a decision" not in visit(account).get("/").text
    assert f"{waiting} pairs of people wait for you" in visit("sta").get("/linkage/").text


def test_the_queue_names_nobody_and_opens_only_the_scripts_of_names(linked, visit):
    page = visit("sta").get("/linkage/").text
    assert not re.search(r"HILLMARK|ORSON|A000001", page)
    assert "Latin" in page and "Cyrillic" in page
    assert "names nobody" in linked.audit_log.read_text(encoding="utf-8")


def test_the_queue_narrows_by_script_citizenship_and_key(linked, visit):
    client = visit("sta")
    assert "1 pair of people waits" in client.get("/linkage/?script=cyrillic").text
    every = int(re.search(r"(\d+) pairs of people wait", client.get("/linkage/").text).group(1))
    by_citizenship = [re.search(r"(\d+) pairs of people wait", client.get(f"/linkage/?citizenship={code}").text).group(1) for code in ("XTB", "XTC")]
    assert sum(map(int, by_citizenship)) == every
    assert "No pair fits" in client.get("/linkage/?script=georgian").text
    low = [float(p) for p in re.findall(r'<td class="n">(0\.\d+)</td>', client.get("/linkage/?sort=low").text)]
    assert low == sorted(low) and len(low) == every


def test_a_pair_opens_only_for_a_purpose_and_each_opening_is_audited_twice(linked, visit):
    from karvan_portal.accounts.models import Line

    client = visit("sta")
    assert client.post("/linkage/open/", {"purpose": "why"}).headers["Location"] == "/linkage/"
    assert client.get("/linkage/pairs/r0a0/r0b/").headers["Location"] == "/linkage/"
    url = opened(client)
    before = Line.objects.filter(act="open_pair").count()
    page = client.get(url).text
    line = Line.objects.filter(act="open_pair").last()
    assert Line.objects.filter(act="open_pair").count() == before + 1
    assert (line.actor, line.subject, line.purpose) == ("sta", " ".join(records(url)), "a review of March")
    assert f"a review of March: {' '.join(records(url))}" in linked.audit_log.read_text(encoding="utf-8")
    for said in ("2 records", "1 record", "2024-01-05 – 2024-02-05", "tiny.bor.crossings", "Weight, bits", "Probability that they are one person"):
        assert said in page, said


def test_nobody_looks_up_any_two_people(linked, visit):
    client = visit("sta")
    opened(client)
    before = linked.audit_log.read_text(encoding="utf-8")
    answer = client.get("/linkage/pairs/r0a0/r1a0/")
    assert answer.status_code == 404 and "no pair that linkage compared" in answer.text and "HILLMARK" not in answer.text
    assert linked.audit_log.read_text(encoding="utf-8") == before, "nothing was opened"


def test_what_differs_is_marked_by_part_and_in_words(linked, visit):
    client = visit("sta")
    opened(client)
    page = client.get("/linkage/pairs/r3a0/r3b/").text
    assert 'DORVAL<mark class="spelling">L</mark>' in page and "another spelling" in page
    assert re.search(r'1963-<mark class="differs">03</mark>-<mark class="differs">1</mark>\d', page) and "differs in part" in page
    assert 'XTC <mark class="differs">A</mark>000003' in page


def test_an_answer_is_kept_and_the_next_pair_comes_at_once(linked, visit):
    from karvan.linkage import decisions

    client = visit("sta")
    first = opened(client)
    answer = client.post(first + "answer/", {"answer": "same", "reason": "one village"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and answer.headers["HX-Push-Url"] != first and 'id="pair"' in answer.text and "<html" not in answer.text
    [made_one] = decisions(linked)
    assert (made_one.who, made_one.answer, made_one.reason, made_one.senior) == ("sta", "same", "one village", False)
    assert (made_one.records_a[0], made_one.records_b[0]) == records(first)


def test_four_answers_empty_the_queue_and_a_skipped_pair_comes_back_when_asked_for(linked, visit):
    client = visit("sta")
    url, seen = opened(client), []
    for answer in ("same", "different", "unsure", "skip", *["same"] * 20):
        if url == "/linkage/":
            break
        seen.append(url)
        url = say(client, url, answer)
    assert len(seen) == len(set(seen)) >= 5
    assert "Nothing waits for you" in client.get("/linkage/").text
    assert records(opened(client, work="skipped")) == records(seen[3])


def test_the_last_answer_is_taken_back_and_its_pair_shown_again(linked, visit):
    from karvan.linkage import decisions, standing

    client = visit("sta")
    first = opened(client)
    say(client, first, "different")
    assert [one.answer for one in standing(decisions(linked))] == ["different"]
    assert client.post("/linkage/undo/").headers["Location"] == first
    assert standing(decisions(linked)) == [], "an answer taken back holds no more, and stays in the file"
    assert len(decisions(linked)) == 2
    say(client, first, "same")
    assert [one.answer for one in standing(decisions(linked))] == ["same"]
    assert client.post("/linkage/undo/").headers["Location"] == first and client.post("/linkage/undo/").headers["Location"] == "/linkage/"


def test_a_second_reviewer_gets_the_pair_first_and_does_not_see_the_answer(linked, visit):
    client, second = visit("sta"), visit("mig-reviewer")
    first = opened(client)
    say(client, first, "different", "two cousins of one village")
    assert opened(second) == first
    page = second.get(first).text
    assert "two cousins" not in page and "Your answer until now" not in page and "sta" not in re.sub(r"<[^>]*>|sta\w+", "", page)
    assert "Your answer until now" in client.get(first).text


def test_contradictions_are_settled_by_a_senior_who_sees_both_answers(linked, visit):
    from karvan.linkage import agreement, decisions, standing

    client, second, third, senior = visit("sta"), visit("mig-reviewer"), visit("sta-supervisor"), visit("mig")
    url = opened(client)
    say(client, url, "different", "two cousins")
    assert opened(second) == url
    say(second, url, "same")
    assert agreement(linked) == {"pairs": 1, "agreed": 0.0, "kappa": 0.0, "contradicting": 1}
    page = senior.get("/linkage/reviewers/").text
    assert url in page and "To settle" in page and "mig-reviewer" in page
    overseen = third.get("/linkage/reviewers/").text
    assert url not in overseen and "<code>mig-reviewer</code> <strong>Same person" in overseen, "the supervisor sees that they differ and opens nothing"
    opened(senior)
    assert "two cousins" in senior.get(url).text
    assert say(senior, url, "different") == "/linkage/reviewers/"
    assert [(one.answer, one.rule) for one in standing(decisions(linked))] == [("different", "senior")]
    assert "Nobody contradicts anybody" in senior.get("/linkage/reviewers/").text


def test_who_has_answered_sees_the_other_answer_once_it_is_given_and_then_changes_theirs_no_more(linked, visit):
    from karvan.linkage import decisions

    client, second = visit("sta"), visit("mig-reviewer")
    url = opened(client)
    say(client, url, "different", "two cousins")
    assert "What people answered" not in client.get(url).text
    opened(second)
    say(second, url, "same", "one village")
    page = client.get(url).text
    assert "What people answered" in page and "one village" in page and "mig-reviewer" in page and 'id="answers"' not in page
    assert url in client.get("/linkage/reviewers/").text
    assert say(client, url, "same") == url and len(decisions(linked)) == 2, "nothing more is kept"
    assert "Two people have answered" in client.get(url).text
    second.get(url)
    assert second.post("/linkage/undo/").headers["Location"] == "/linkage/", "who has seen the other answer takes theirs back no more"


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


def test_pairs_of_a_record_are_found_by_the_beginning_of_its_id(linked, visit):
    client = visit("sta")
    page = client.get("/linkage/?record=r3a0").text
    assert re.search(r"pairs? with this record", page) and "HILLMARK" not in page and "DORVAL" not in page
    opened(client)
    assert 'href="/linkage/pairs/r3a0/r3b/"' in client.get("/linkage/?record=r3a0").text
    assert "No pair of such a record" in client.get("/linkage/?record=nobody").text


def test_the_queue_narrows_by_the_reason(linked, visit):
    client = visit("sta")
    say(client, opened(client), "same")
    second = visit("mig-reviewer")
    assert "1 pair of people waits" in second.get("/linkage/", {"why": "one person answered, a second is asked"}).text


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


def test_names_are_explained_in_the_readers_language_and_the_opening_is_named_by_its_line(linked, visit):
    from karvan_portal.accounts.models import Line

    for language, said in (("en", "How the names answer to each other"), ("az", "Adlar"), ("ru", "Имена")):
        client = visit("sta", language)
        page = client.get(opened(client)).text
        assert said in page
        assert f"{Line.objects.filter(act='open_pair').last().number}" in page[page.index('class="soft audit-line"') :]


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

    client = visit("sta-supervisor")
    assert client.post("/linkage/quality/thresholds/").status_code == 302
    job = Job.objects.get(kind="thresholds", state__in=("waiting", "running"))
    page = client.get("/linkage/quality/").text
    assert f"/linkage/quality/thresholds/{job.pk}/cancel/" in page
    assert f"/linkage/quality/thresholds/{job.pk}/cancel/" not in visit("sta").get("/linkage/quality/").text
    assert "Nothing in force has changed" in client.post(f"/linkage/quality/thresholds/{job.pk}/cancel/", follow=True).text
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
