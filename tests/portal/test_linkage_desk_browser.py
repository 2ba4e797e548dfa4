"""The linkage desk as a reviewer meets it, in a real Chromium: by keyboard alone, on a phone, in the dark, accessible."""

import re

import pytest
from playwright.sync_api import expect
from test_accessible import violations

import workspace as made
from conftest import served, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal-browser")]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A real server over people about whom the model is not sure."""
    with served(made.with_uncertain_pairs(tmp_path_factory.mktemp("desk") / "desk")) as at:
        yield at


def open_first(page, **choice):
    page.goto("/linkage/?" + "&".join(f"{k}={v}" for k, v in choice.items()))
    page.click(".begin button")
    page.wait_for_selector("#pair")
    return page.get_attribute("#pair", "data-pair")


def press(page, key, shown):
    """Press a key and wait for another pair; which one."""
    page.keyboard.press(key)
    page.wait_for_selector(f'#pair:not([data-pair="{shown}"])')
    return page.get_attribute("#pair", "data-pair")


def test_a_reviewer_answers_by_keys_alone_and_takes_back(page):
    sign_in(page, "sta")
    first = open_first(page)
    assert "0 answered" in page.inner_text(".progress-line")
    second = press(page, "u", first)
    expect(page.locator(".progress-line")).to_contain_text("1 answered")
    page.wait_for_url(re.compile(second.split()[0]))  # the address is that of the pair, so that a reload shows it again
    third = press(page, "3", second)
    assert press(page, "z", third) == second
    assert press(page, " ", second) == third
    page.keyboard.press("r")
    page.keyboard.type("said d, u and s")  # keys are letters while someone writes
    assert page.get_attribute("#pair", "data-pair") == third
    assert page.input_value("#reason") == "said d, u and s"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.value") == "different"
    press(page, "Enter", third)
    page.goto("/linkage/reviewers/")
    assert page.locator("tbody tr").count() == 1


def test_help_names_the_keys_and_can_switch_them_off(page):
    sign_in(page, "mig")
    shown = open_first(page, sort="low")
    page.keyboard.press("?")
    expect(page.locator("dialog[open] h2")).to_have_text("Keys")
    page.uncheck("#keys-on")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.wait_for_timeout(300)
    assert page.get_attribute("#pair", "data-pair") == shown, "single keys are off"
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#keys-on"), "and stay off").not_to_be_checked()
    page.check("#keys-on")


def test_keys_are_hinted_beside_the_answers_and_a_record_is_found_by_its_id(page):
    sign_in(page, "sta")
    open_first(page)
    assert page.locator(".hints").inner_text().startswith("S D U")
    page.click("text=Back to the queue")
    page.fill("#record", "r2a0")
    page.press("#record", "Enter")
    page.click("tbody th a")
    page.wait_for_selector('#pair[data-pair^="r2a0"]')
    expect(page.locator(".audit-line")).to_contain_text("line")
    assert page.locator(".names li").count() >= 2


def test_the_supervisor_starts_and_stops_the_computation_of_thresholds(page):
    sign_in(page, "sta-supervisor")
    page.goto("/linkage/quality/")
    page.click("main button:has-text('Compute')")
    page.wait_for_selector("#job progress")
    page.click("#job button")
    page.wait_for_selector("text=Nothing in force has changed")
    expect(page.locator("#job-title")).to_have_text("The computation was stopped")
    expect(page.locator("text=Your role here: supervisor")).to_have_count(1)
    page.goto("/linkage/")
    assert page.locator(".begin").count() == 0 and page.locator("text=opens no pair").count() == 1


def test_without_scripts_every_answer_works_as_a_form(browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address, locale="en-GB")
    page = context.new_page()
    sign_in(page, "mig")
    shown = open_first(page)
    page.click(".answer-skip")
    page.wait_for_selector(f'#pair:not([data-pair="{shown}"])')
    expect(page.locator("#undo button")).to_have_text(re.compile(r"^\s*Take back: Skip"))
    context.close()


def test_differences_are_marked_by_line_and_word_and_not_by_colour_alone(page):
    sign_in(page, "mig")
    open_first(page)
    marked = page.locator("mark.differs").first
    assert "wavy" in marked.evaluate("e => getComputedStyle(e).textDecorationLine + getComputedStyle(e).textDecorationStyle")
    words = page.locator(".verdict").all_inner_texts()
    spelled = page.locator("mark.spelling").first
    assert 1 <= len(spelled.inner_text()) <= 2 < len(spelled.evaluate("e => e.parentElement.innerText")), "letters, not the word"
    assert {"the same", "differs in part"} <= {re.sub(r"^[^\w]+", "", w) for w in words}
    signs = page.locator(".verdict").first.evaluate("e => getComputedStyle(e, '::before').content")
    assert signs not in ("none", "normal", '""')


def test_the_quality_page_draws_its_charts(page):
    sign_in(page, "sta-supervisor")
    page.goto("/linkage/quality/")
    for chart in ("pairs-spec", "curve-spec", "weights-spec"):
        page.wait_for_selector(f'[data-chart="{chart}"] svg')
    assert page.locator("text=in force").count() >= 1


@pytest.mark.parametrize("scheme, width", [("light", 1200), ("dark", 390)])
def test_every_page_of_the_desk_is_accessible_and_fits(browser, address, scheme, width):
    context = browser.new_context(viewport={"width": width, "height": 850}, color_scheme=scheme, base_url=address, locale="en-GB", bypass_csp=True)
    page = context.new_page()
    sign_in(page, "mig")
    found, wide = {}, []
    for path in ("/linkage/", "/linkage/?work=sample", "/linkage/reviewers/", "/linkage/quality/", "/linkage/sample/", "/linkage/events/", "/linkage/roles/", "/linkage/?record=r0a0", "pair"):
        if path == "pair":
            open_first(page)
        else:
            page.goto(path)
        if path == "/linkage/quality/":
            page.wait_for_selector('[data-chart="weights-spec"] svg')
        found[path] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(path)
    page.keyboard.press("?")
    found["help"] = violations(page)
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert wide == []
