"""The report in a real browser: it works, it loads nothing, and hostile data stays text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpusmith.reporting import ReportMaterial, write_report

pytestmark = pytest.mark.browser


class Visit:
    """An open page, and everything that it said or asked for."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.troubles.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.url = file.as_uri()
        self.page.goto(self.url)

    def rows(self) -> int:
        return self.page.locator("#list > .row").count()

    def search(self, text: str) -> None:
        self.page.fill("#query", text)
        self.page.press("#query", "Enter")

    def open_details(self) -> None:
        """Open the details of the first rows in view; they are filled when the browser says that they were opened."""
        for details in self.page.locator("#list details").all()[:2]:
            details.locator("summary").click()
            details.locator("dl").wait_for(state="attached")


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    opened: list[Visit] = []

    def start(material: ReportMaterial, **context: Any) -> Visit:
        write_report(tmp_path / "report.html", material)
        opened.append(Visit(browser, tmp_path / "report.html", **context))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
        assert one.troubles == []
        assert {url for url in one.requests if not url.startswith("data:")} == {one.url}


def test_kept_rows_can_be_searched_filtered_and_paged(visit, material):
    seen = visit(material)
    assert seen.rows() == 25
    seen.page.click("#more")
    assert seen.rows() == 38
    seen.search("EARTHWORMS")
    assert seen.rows() == 1
    assert seen.page.locator("mark.hit").first.text_content() == "earthworms"
    seen.page.click("#clear")
    seen.page.select_option("#task", "nature / sky")
    assert seen.rows() == 5
    seen.search("no such words")
    assert seen.page.locator("#list").text_content() == "No row here matches."


def test_a_dropped_row_and_its_reason_are_two_clicks_away(visit, material):
    seen = visit(material)
    seen.page.click(".bars a:has-text('points at a URL')")
    assert seen.rows() == 1
    row = seen.page.locator("#list > .row")
    assert row.locator(".verdict").text_content() == "points at a URL"
    assert row.locator("mark").text_content() == "https://example.org/hail"
    assert seen.page.locator("#rows h2").is_visible()
    seen.open_details()
    assert "corpusmith explain" in row.text_content()


def test_the_matched_row_stands_beside_its_duplicate(visit, material):
    seen = visit(material)
    seen.page.click("a[data-list=dropped]")
    proof = seen.page.locator("#list > .row .proof").first.text_content()
    assert "matches candidate 40 (kept)" in proof
    assert "Why does bread dough rise?" in proof
    assert "value 0.923 · bar 0.7" in proof


def test_going_back_goes_to_the_list_before(visit, material):
    seen = visit(material)
    seen.page.click("a[data-list=dropped]")
    seen.page.click("a[data-list=rejected]")
    assert seen.rows() == 10
    seen.page.go_back()
    seen.page.wait_for_selector("a[data-list=dropped][aria-current]")
    assert seen.rows() == 9


def test_the_same_reason_can_be_chosen_again_after_clearing(visit, material):
    seen = visit(material)
    for _ in range(2):
        seen.page.click(".bars a:has-text('near duplicate')")
        assert seen.rows() == 3
        seen.page.click("#clear")
        assert seen.rows() == 9


def test_an_address_opens_a_list_with_its_filter(visit, material):
    seen = visit(material)
    seen.page.goto(f"{seen.url}#rows/rejected?reason=gives_answer_away")
    seen.page.wait_for_selector("a[data-list=rejected][aria-current]")
    assert seen.rows() == 2
    assert seen.page.input_value("#reason") == "gives_answer_away"


def test_a_task_of_the_tree_leads_to_its_kept_rows(visit, material):
    seen = visit(material)
    seen.page.locator("#tree li", has_text="weather").locator("a").last.click()
    assert seen.page.input_value("#task") == "nature / weather"
    assert seen.rows() == 4


def test_a_long_text_opens_on_demand(visit, material):
    seen = visit(material)
    seen.page.click("a[data-list=review]")
    output = seen.page.locator("#list .text").nth(1)
    assert len(output.text_content()) < 1000
    output.locator("button").click()
    assert len(output.text_content()) == 2520


def test_what_was_cut_from_the_page_is_said(visit, material):
    text = "word " * 10_000
    grown = {**material.kept[0], "record": {**material.kept[0]["record"], "output": text}}
    seen = visit(ReportMaterial(run=material.run, kept=[grown]))
    seen.page.locator("#list .text").nth(1).locator("button").click()
    assert "Cut here: 20,000 of 50,000 characters. dataset/ has all." in seen.page.locator("#list").text_content()


def test_hostile_data_is_shown_as_text_everywhere(visit, hostile, hostile_text):
    seen = visit(hostile)
    for fate in ("kept", "review", "dropped", "rejected", "failed"):
        seen.page.click(f"a[data-list={fate}]")
        seen.open_details()
        shown = seen.page.locator("#list").text_content()
        assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in shown
    for summary in seen.page.locator("details:not([open]) > summary").all():
        summary.click()
    assert seen.page.locator("main").text_content().count("<script>alert(1)</script>") > 30
    assert seen.page.locator("img, main script, iframe, object, embed").count() == 0
    assert seen.page.evaluate("document.scripts.length") == 2


def test_the_policy_stops_a_script_that_gets_in_all_the_same(browser, tmp_path, material):
    file = tmp_path / "broken.html"
    write_report(file, material)
    page = file.read_text(encoding="utf-8")
    file.write_text(page.replace("<main", "<script>document.title = 'got in'</script><main", 1), encoding="utf-8")
    seen = Visit(browser, file)
    title = seen.page.title()
    seen.context.close()
    assert title == "quickstart · corpusmith report"
    assert any("Content Security Policy" in trouble for trouble in seen.troubles)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_never_scrolls_sideways(visit, material, hostile, nothing, scheme):
    for shown in (material, hostile, nothing):
        seen = visit(shown, viewport={"width": 400, "height": 800}, color_scheme=scheme)
        for fate in ("rejected", "dropped", "kept"):
            seen.page.click(f"a[data-list={fate}]")
            seen.open_details()
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_dark_mode_has_its_own_colours_with_contrast(visit, material):
    shades = {}
    for scheme in ("light", "dark"):
        seen = visit(material, color_scheme=scheme)
        shades[scheme] = seen.page.evaluate(
            """() => ['backgroundColor', 'color'].map((name) => {
                const [r, g, b] = getComputedStyle(document.body)[name].match(/\\d+/g).map(Number);
                return (r + g + b) / 3;
            })"""
        )
    (light_back, light_ink), (dark_back, dark_ink) = shades["light"], shades["dark"]
    assert light_back - light_ink > 180
    assert dark_ink - dark_back > 180


def test_an_empty_run_opens_with_nothing_to_browse(visit, nothing):
    seen = visit(nothing)
    assert seen.page.locator("#list").text_content() == "No row was kept."
    seen.page.click("a[data-list=failed]")
    assert seen.page.locator("#list").text_content() == "Nothing failed."
