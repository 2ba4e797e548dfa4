"""The portal as a person meets it, in a real Chromium."""

import re

import pytest
from playwright.sync_api import expect

from conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("portal-browser")]
PAGES = [
    "/",
    "/statistics/",
    "/statistics/TMP-01/?by=citizenship",
    "/statistics/explain/TMP-01/2024/",
    "/data/",
    "/data/deliveries/d-2025-01/",
    "/data/set-aside/",
    "/data/completeness/",
    "/data/runs/",
    "/profile/",
    "/log/",
    "/patterns/",
]


def test_someone_signs_in_with_the_keyboard_alone(page):
    page.goto("/sign-in/")
    assert page.evaluate("document.activeElement.id") == "username"
    page.keyboard.type("mig")
    page.keyboard.press("Tab")
    page.keyboard.type("karvan-demo")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Where things stand")


def test_the_first_tab_stop_skips_to_the_content_and_focus_is_visible(signed_in):
    signed_in.goto("/data/")
    signed_in.keyboard.press("Tab")
    focused = signed_in.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.evaluate("e => e.getBoundingClientRect().top >= 0")
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    signed_in.keyboard.press("Enter")
    assert signed_in.evaluate("document.activeElement.id") == "main"


def test_the_language_is_switched_in_the_header_and_stays(signed_in):
    signed_in.goto("/statistics/")
    signed_in.click("button[name=language][value=az]")
    expect(signed_in.locator("html")).to_have_attribute("lang", "az")
    expect(signed_in.locator("h1")).to_have_text("Rəqəm tapın")
    assert "Girişlər" in signed_in.locator(".entry h3 a").all_inner_texts()
    signed_in.goto("/data/")
    assert signed_in.locator("h1").inner_text() == "Göndərişlər"
    signed_in.click("button[name=language][value=ru]")
    expect(signed_in.locator("h1")).to_have_text("Поставки")


def test_from_a_search_to_a_chart_to_the_explanation_of_one_cell(signed_in):
    signed_in.goto("/statistics/")
    signed_in.locator("#q").press_sequentially("entries", delay=20)
    signed_in.wait_for_url("**/statistics/?q=entries")
    expect(signed_in.locator(".entry")).to_have_count(1)
    signed_in.click(".entry h3 a")
    expect(signed_in.locator("h1")).to_contain_text("32,500")
    signed_in.wait_for_selector("figure.chart svg path")
    signed_in.select_option("#by", "citizenship")
    signed_in.wait_for_selector("tbody th:has-text('Hillmark')")
    signed_in.wait_for_selector("figure.chart svg text:has-text('Riverland')")
    signed_in.click("tr:has-text('Riverland') td:last-child a")
    signed_in.wait_for_url(re.compile(r"/statistics/explain/TMP-01/2024/\?citizenship=XTC$"))
    expect(signed_in.locator("h1")).to_contain_text("6,500")
    assert signed_in.locator(".walk").inner_text().count("tiny.bor.crossings") == 2, "among the deliveries, and with its quality"


def test_groups_are_compared_and_the_choice_stays_in_the_address(signed_in):
    signed_in.goto("/statistics/TMP-01/?by=citizenship")
    signed_in.click("summary:has-text('Compare groups')")
    signed_in.check("label:has-text('Hillmark') input")
    signed_in.wait_for_url("**only=XTB*")
    expect(signed_in.locator("table.figures tbody tr")).to_have_count(2)
    assert [text.split("\t")[0] for text in signed_in.locator("table.figures tbody tr").all_inner_texts()] == ["Total", "Hillmark"]
    signed_in.reload()
    assert signed_in.locator("label:has-text('Hillmark') input").is_checked()
    with signed_in.expect_download() as coming:
        signed_in.click("a:has-text('This table'):has-text('CSV')")
    rows = coming.value.path().read_text(encoding="utf-8-sig").splitlines()[1:]
    assert {row.split(",")[3] for row in rows} == {"_T", "XTB"}


def test_a_citation_is_copied(signed_in):
    signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    signed_in.goto("/statistics/TMP-01/?by=sex")
    signed_in.click("button:has-text('Copy')")
    signed_in.wait_for_selector("button:has-text('Copied')")
    said = signed_in.evaluate("navigator.clipboard.readText()")
    assert "TMP-01" in said and "Synthetic data." in said and said.endswith("/statistics/TMP-01/?by=sex")


def test_on_a_narrow_window_a_legend_names_the_lines(signed_in):
    signed_in.set_viewport_size({"width": 390, "height": 800})
    signed_in.goto("/statistics/TMP-01/?by=citizenship&chart=time")
    signed_in.wait_for_selector("figure.chart svg .mark-symbol")
    plot = signed_in.locator("figure.chart svg g.mark-line").first.bounding_box()
    assert plot["width"] > 200, "names at the ends of lines would leave no room for the lines"


def test_lines_over_time_are_named_where_they_end(signed_in):
    signed_in.goto("/statistics/TMP-01/?by=citizenship&chart=time")
    signed_in.wait_for_selector("figure.chart svg text:text-is('Riverland')")
    names = signed_in.locator("figure.chart svg text").all_text_contents()
    assert {"Hillmark", "Riverland", "Unknown"} <= set(names)
    tops = [signed_in.locator(f"figure.chart svg text:text-is('{name}')").bounding_box()["y"] for name in ("Riverland", "Unknown")]
    assert abs(tops[0] - tops[1]) >= 12, "two names cover each other"


def test_everything_reads_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    sign_in(page, "mig")
    page.goto("/statistics/TMP-01/")
    page.select_option("#by", "sex")
    page.click("button:has-text('Show')")
    expect(page.locator("tbody tr").nth(1)).to_have_text(re.compile(r"^\s*Men"))
    expect(page.locator("figure.chart")).to_be_hidden()
    context.close()


def test_a_file_of_the_table_comes_down(signed_in):
    signed_in.goto("/statistics/TMP-01/?by=sex")
    with signed_in.expect_download() as coming:
        signed_in.click("a:has-text('This table'):has-text('CSV')")
    assert coming.value.suggested_filename == "TMP-01-synthetic.csv"
    lines = coming.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("indicator,period,sex,citizenship,value,low,high,interval_low,interval_high,unit")
    assert len(lines) == 1 + 4 * 3
    assert all(line.endswith(",True") for line in lines[1:])


@pytest.mark.parametrize("width", [390, 1200])
def test_no_page_is_wider_than_its_window_and_each_has_one_heading_and_captions(signed_in, width):
    signed_in.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        signed_in.goto(path)
        assert signed_in.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        assert signed_in.locator("h1").count() == 1, path
        assert signed_in.locator("table:not(:has(caption))").count() == 0, path


def test_a_held_delivery_is_refused_without_a_reason(signed_in):
    signed_in.goto("/data/?state=held")
    signed_in.click("tbody th a")
    expect(signed_in.locator("input[name=sure]")).to_have_attribute("required", "")
    expect(signed_in.locator("text=failed").first).to_be_visible()
    signed_in.fill("#reason", "short")
    signed_in.click("button:has-text('Accept this delivery')")
    assert signed_in.evaluate("document.querySelector('#reason').validity.tooShort")
