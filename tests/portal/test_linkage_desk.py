"""The linkage desk without a browser: who may enter, what is audited, how answers, undo, double review and samples work."""

import re
from datetime import UTC, datetime

import pytest

import workspace as made

PAGES = ["/linkage/", "/linkage/?work=sample", "/linkage/?work=skipped", "/linkage/reviewers/", "/linkage/quality/", "/linkage/sample/", "/linkage/events/"]


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
    for account in ("sta", "mig"):
        assert f"{waiting} pairs of people wait for a decision" in visit(account).get("/").text
    assert "wait for a decision" not in visit("bor").get("/").text
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
    client, second = visit("sta"), visit("mig")
    first = opened(client)
    say(client, first, "different", "two cousins of one village")
    assert opened(second) == first
    page = second.get(first).text
    assert "two cousins" not in page and "Your answer until now" not in page and "sta" not in re.sub(r"<[^>]*>|sta\w+", "", page)
    assert "Your answer until now" in client.get(first).text


def test_contradictions_are_settled_by_the_supervisor_who_sees_both_answers(linked, visit):
    from karvan.linkage import agreement, decisions, standing
    from karvan_portal.accounts.models import Account

    Account.objects.get_or_create(username="sta2", defaults={"institution": "sta", "password": "!"})
    client, second, supervisor = visit("sta"), visit("sta2"), visit("mig")
    url = opened(client)
    say(client, url, "different", "two cousins")
    assert opened(second) == url
    say(second, url, "same")
    assert agreement(linked) == {"pairs": 1, "agreed": 0.0, "kappa": 0.0, "contradicting": 1}
    assert url not in client.get("/linkage/reviewers/").text, "settling is the supervisor's"
    page = supervisor.get("/linkage/reviewers/").text
    assert url in page and "sta2" in page
    opened(supervisor)
    assert "two cousins" in supervisor.get(url).text
    assert say(supervisor, url, "different") == "/linkage/reviewers/"
    assert [(one.answer, one.rule) for one in standing(decisions(linked))] == [("different", "senior")]
    assert "Nobody contradicts anybody" in supervisor.get("/linkage/reviewers/").text


def test_the_supervisor_sees_who_opened_how_much_and_others_only_themselves(linked, visit):
    client = visit("sta")
    client.get(opened(client))
    assert 'scope="row">sta<' in visit("mig").get("/linkage/reviewers/").text
    opened(visit("mig"))
    assert 'scope="row">mig<' not in client.get("/linkage/reviewers/").text


def test_only_the_supervisor_draws_samples_computes_thresholds_and_takes_events_back(linked, visit):
    client = visit("sta")
    for path in ("/linkage/sample/draw/", "/linkage/quality/thresholds/", "/linkage/events/E1/undo/"):
        assert client.post(path, {"size": "50", "reason": "a reason long enough", "sure": "yes"}).status_code == 403, path


def test_a_sample_is_drawn_labelled_blind_and_estimated(linked, visit):
    from karvan.linkage import labels_of, sample_of

    supervisor, client = visit("mig"), visit("sta")
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
    supervisor, client = visit("mig"), visit("sta")
    supervisor.post("/linkage/sample/draw/", {"size": "50"})
    say(client, opened(client, work="sample"), "same")
    page = client.get("/linkage/quality/").text
    assert "per cent intervals" in page and "By citizenship" in page and "100.00\u00a0%" in page


def test_a_merge_is_a_dated_event_that_the_supervisor_takes_back(linked, visit):
    from karvan.linkage import STEP, decide, events
    from karvan.workspace import run_step

    decide(linked, "r0a0", "r7b", "same", who="sta", at=datetime(2026, 5, 4, 12, tzinfo=UTC))
    with linked.lock():
        run_step(linked, STEP)
    [event] = [one for one in events(linked) if one["kind"] == "merge"]
    client = visit("mig")
    assert event["event_id"] in client.get("/linkage/events/").text and "2026-05-04" in client.get("/linkage/events/").text
    undo = f"/linkage/events/{event['event_id']}/undo/"
    assert "at least ten letters" in client.post(undo, {"reason": "no", "sure": "yes"}, follow=True).text
    assert "Confirm it" in client.post(undo, {"reason": "two men of two villages"}, follow=True).text
    assert "The next run follows" in client.post(undo, {"reason": "two men of two villages", "sure": "yes"}, follow=True).text
    with linked.lock():
        run_step(linked, STEP)
    page = client.get("/linkage/events/").text
    assert "taken back" in page and "takes back" in page


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
