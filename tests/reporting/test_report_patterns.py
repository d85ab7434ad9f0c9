"""The report of an audit of patterns: its geometry, what it says, and the same in a real browser, with hostile data."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import corpusmith
from corpusmith.reporting.pattern_charts import edges, lengths, pairs, share_text, strips
from corpusmith.reporting.patterns import BrowsedRow, PatternMaterial, RowList, render_pattern_report, slots

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
_WORDS = [f"{a}{b}{c}" for a in "bdfgk" for b in "aeiou" for c in ("l", "n", "rs", "st")]


def value(middle, half=0.01):
    return {"value": middle, "low": middle - half, "high": middle + half}


def line(name, data, reference, uniform, verdict="more uniform"):
    told = {"says": f"what {name} is", "words": f"In words: {name}.", "verdict": verdict, "uniform": uniform}
    other = None if reference is None else value(reference)
    return {"name": name, "field": "output", "data": value(data), "reference": other, **told}


SHAPE = {
    "field": "output",
    "texts": 10,
    "reference_texts": 10,
    "mean_words": 12.0,
    "reference_mean_words": 20.0,
    "lengths": [0.0, 0.0, 0.5, 0.5, *[0.0] * 17],
    "reference_lengths": [0.0, 0.0, 0.25, 0.25, 0.5, *[0.0] * 16],
    "openings": [{"text": "sure,\nhere", "share": 0.4, "reference": 0.1}],
    "closings": [],
}


def test_of_every_measure_right_is_more_uniform():
    ((field, (entropy, ratio)),) = strips(
        [line("opening_entropy", 3.0, 8.0, "down"), line("gzip_ratio", 3.0, 2.0, "up")]
    )
    assert field == "Responses"
    assert entropy.data.at > entropy.reference.at
    assert ratio.data.at > ratio.reference.at
    assert (entropy.data.said, entropy.tone) == ("3 bits", "uniform")


def test_a_measure_without_a_reference_has_a_place_of_its_own():
    ((_, (one,)),) = strips([line("gzip_ratio", 3.0, None, "up", "not compared")])
    assert one.reference is None
    assert 40 < one.data.at < 60


def test_the_leading_measures_are_bars_from_zero():
    (pair,) = pairs([line("gzip_ratio", 4.0, 2.0, "up")], [line("gzip_ratio", 6.0, 2.0, "up")])
    assert [(kind, said, text) for kind, said, _, _, _, text in pair.bars] == [
        ("before", "before", "6"),
        ("data", "after", "4"),
        ("reference", "reference", "2"),
    ]
    widths = [width for _, _, width, _, _, _ in pair.bars]
    assert widths[0] == pytest.approx(3 * widths[2], rel=0.01)


def test_lengths_are_cut_to_the_bins_that_have_texts():
    chart = lengths(SHAPE)
    assert len(chart.bars) == 3
    assert chart.bars[0][3] == pytest.approx(2 * (148 - float(chart.line.split()[1].split(",")[1])), rel=0.01)
    assert chart.means == "mean 12 words, 20 in the reference"


def test_edges_stand_on_one_axis_with_line_ends_shown():
    (chart,) = edges(SHAPE)
    assert [(bar.text, bar.share, bar.width, bar.reference, bar.reference_width) for bar in chart.bars] == [
        ("sure, ⏎ here", "40.0\u00a0%", 100.0, "10.0\u00a0%", 25.0)
    ]


def test_shares_are_told_to_the_place_that_matters():
    assert [share_text(one) for one in (0, 1, 0.5, 0.0004)] == ["0\u00a0%", "100\u00a0%", "50.0\u00a0%", "0.04\u00a0%"]


def test_slots_of_a_wording_are_set_apart():
    assert slots("in {…}, {number}\nof | or") == [
        ("words", "in "),
        ("slot", "…"),
        ("words", ", "),
        ("slot", "number"),
        ("break", "⏎"),
        ("words", "of"),
        ("or", "or"),
        ("words", "or"),
    ]


def hostile_rows(size, seed, opening=0):
    chance = random.Random(seed)
    made = []
    for at in range(size):
        words = " ".join(chance.choices(_WORDS, k=chance.randrange(6, 30)))
        made.append(
            {
                "instruction": f"{HOSTILE} {words}",
                "input": "\u202eevil\x00 </script><script>alert(3)</script> \u2028 {{ 7 * 7 }}",
                "output": f"{HOSTILE} said {words}" if at < opening else f"{words} --> <style>* {{}}</style>",
            }
        )
    return made


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, Path]:
    """Reports: of a hostile set, of what was done about it, and of a set without any pattern."""
    folder = tmp_path_factory.mktemp("<b>reports")
    data, people = hostile_rows(120, 1, 40), hostile_rows(120, 2)
    audit = corpusmith.audit(data, reference=people, out=folder / "audit")
    corpusmith.mitigate(data, audit=audit, reference=people, out=folder / "mended")
    corpusmith.audit(hostile_rows(60, 3), reference=hostile_rows(60, 4), out=folder / "plain")
    return {name: folder / name / "report.html" for name in ("audit", "mended", "plain")}


def test_nothing_of_the_data_is_markup(folders):
    for file in folders.values():
        page = file.read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "\u202e" not in page.split('id="rows-data"')[0]
        assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_same_material_gives_the_same_page():
    row = BrowsedRow(3, "id", {"output": "a b"}, {"output": [(0, 1)]}, ["edge-1"], "")
    result = {
        **{"data": "d", "rows": {"candidates": 1, "audited": 1, "failed": 0, "by_reason": {}}, "flagged": 0},
        **{"flagged_share": 0.0, "patterns": [], "measures": [], "measured_rows": 0, "shapes": [], "seed": 1},
        **{"warnings": [], "headlines": ["No pattern."], "notes": []},
        "reference": {"kind": "nothing", "name": "", "rows": None, "fairness": None},
    }
    material = PatternMaterial(result, [RowList("flagged", "With", 1, [row], "x", "none")])
    assert render_pattern_report(material) == render_pattern_report(material)


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


@pytest.fixture
def visit(browser: Any, folders: dict[str, Path]) -> Iterator[Any]:
    opened: list[Visit] = []

    def start(name: str, **context: Any) -> Visit:
        opened.append(Visit(browser, folders[name], **context))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()
        assert one.troubles == []
        assert {url for url in one.requests if not url.startswith("data:")} == {one.url}


@pytest.mark.browser
@pytest.mark.heavy
def test_a_pattern_leads_to_its_rows(visit):
    seen = visit("audit")
    pattern = seen.page.locator("details.pattern").first
    pattern.locator("summary").click()
    assert pattern.locator("mark").first.text_content().lower().startswith("<script>alert")
    pattern.locator("a").click()
    seen.page.wait_for_selector("#list > .row")
    assert seen.page.locator("#list > .row").count() == 20
    assert "40 rows" in seen.page.locator("#status").text_content()
    assert seen.page.locator("#list mark").first.text_content().startswith("<script>alert(1)</script>")
    seen.page.fill("#query", "no such words")
    assert seen.page.locator("#list").text_content() == "No row here matches."
    seen.page.click("#clear")
    seen.page.click("a[data-list=plain]")
    assert seen.page.locator("#list > .row").count() == 20


@pytest.mark.browser
@pytest.mark.heavy
def test_hostile_data_is_shown_as_text(visit):
    for name in ("audit", "mended", "plain"):
        seen = visit(name)
        assert HOSTILE in seen.page.locator("#list").text_content()
        assert seen.page.locator("img, main script, iframe, object, embed, main style").count() == 0
        assert seen.page.evaluate("document.scripts.length") == 2


@pytest.mark.browser
@pytest.mark.heavy
def test_patterns_can_be_searched_and_narrowed_by_kind(visit):
    seen = visit("audit")
    total = seen.page.locator("details.pattern").count()
    seen.page.fill("#pattern-query", "no such words")
    assert seen.page.locator("details.pattern:visible").count() == 0
    seen.page.fill("#pattern-query", "")
    assert seen.page.locator("details.pattern:visible").count() == total
    seen.page.select_option("#kind", index=1)
    assert seen.page.locator("details.pattern:visible").count() >= 1


@pytest.mark.browser
@pytest.mark.heavy
def test_before_and_after_stand_side_by_side(visit):
    seen = visit("mended")
    assert "→" in seen.page.locator("#mended .compared").text_content()
    seen.page.click("a[data-list=dropped]")
    row = seen.page.locator("#list > .row").first
    assert "pattern over cap" in row.text_content()
    assert row.locator("mark").count() == 1


@pytest.mark.browser
@pytest.mark.heavy
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_never_scrolls_sideways(visit, scheme):
    for name in ("audit", "mended", "plain"):
        seen = visit(name, viewport={"width": 400, "height": 800}, color_scheme=scheme)
        seen.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.browser
@pytest.mark.heavy
def test_marks_of_set_and_reference_differ_in_form_and_lightness(visit):
    """Colours alone are not enough for everybody: the reference is a diamond, and much lighter or darker."""
    for scheme in ("light", "dark"):
        seen = visit("audit", color_scheme=scheme)
        assert seen.page.locator(".scale circle.s-data").count() == seen.page.locator(".strip .scale").count()
        assert seen.page.locator(".scale rect.s-reference[transform]").count() > 10
        lightness = seen.page.evaluate(
            """() => ['.dot.s-data', '.dot.s-reference'].map((name) => {
                const [r, g, b] = getComputedStyle(document.querySelector(name)).backgroundColor.match(/\\d+/g);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            })"""
        )
        assert abs(lightness[0] - lightness[1]) > 25
