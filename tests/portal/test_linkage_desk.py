"""The linkage desk without a browser, pair by pair: what is audited, how answers, undo and double review work.

In Tinyland `sta` and `mig-reviewer` are reviewers, `mig` is a senior reviewer and `sta-supervisor` the supervisor.
"""

import re

import pytest
from linkage_sitting import opened, records, say

PAGES = ["/linkage/", "/linkage/?work=sample", "/linkage/?work=skipped", "/linkage/reviewers/", "/linkage/quality/", "/linkage/sample/", "/linkage/events/", "/linkage/roles/", "/linkage/?record=r0a0"]


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


def test_names_are_explained_in_the_readers_language_and_the_opening_is_named_by_its_line(linked, visit):
    from karvan_portal.accounts.models import Line

    for language, said in (("en", "How the names answer to each other"), ("az", "Adlar"), ("ru", "Имена")):
        client = visit("sta", language)
        page = client.get(opened(client)).text
        assert said in page
        assert f"{Line.objects.filter(act='open_pair').last().number}" in page[page.index('class="soft audit-line"') :]
