"""Dialogues in the report: bubbles, margins, before and after style, batch figures beside people's."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from corpusmith.reporting import ReportMaterial, render_report, write_report
from corpusmith.reporting.dialogues import batch_bars, cast_notes, shaped_turns

HOSTILE = "<script>alert(1)</script>"


def turn(speaker: str, text: str, **more: Any) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, "checks": {}, "attempts": {}, "facts_used": [], **more}


def record(*turns: dict[str, Any]) -> dict[str, Any]:
    facts = [{"id": "f1", "text": "I keep bees."}]
    return {
        "kind": "dialogue",
        "turns": list(turns),
        "personas": [{"speaker": "A", "facts": facts, "details": [{"id": "d1", "text": "A swarm left in May."}]}],
        "plan": {"setting": "on a ferry", "arc": "warming up", "number": 1},
        "end_reason": "natural",
        "checks": {"weak_signs": [], "persona_coverage": 0.25, "attempts": {"write": 2}},
        "engagement": {"content_words": 4.5},
        "origin": {"source": "p:1 & p:2"},
    }


SAMPLE = record(
    turn("A", "The swarm left, mind you.", text_before_style="The swarm left.", style="dry", facts_used=["d1", "f1"],
         emotion={"label": "proud", "intensity": 3, "cause": "x"}, attempts={"write": 2, "style": 1}),
    turn("B", f"Fancy {HOSTILE} that, [name].", checks={"by_hand": "closer"}),
)  # fmt: skip
FINDING = {
    "name": "common_starts", "label": "turns with one of the ten commonest starts", "size": 25, "value": 0.31,
    "spread": 0.0, "batches": 1, "bar": 0.15, "wrong": "above", "outcome": "fail", "people": 0.1,
    "people_are": "public sets", "why": "",
}  # fmt: skip
FACTS = {
    "dialogues": 25, "turns": 200, "personas": 40, "groups": 20, "batch_size": 25, "by_hand": 3,
    "sources": [{"source": "corpusmith", "licence": "CC0-1.0", "personas": 40}], "styles": {"dry": 100},
    "style_authors": ["corpusmith authors"], "emotions": {}, "end_reasons": {"natural": 25},
    "engagement": {"hooks": 0.4},
    "batch": [FINDING,
              {**FINDING, "name": "attribution", "value": None, "outcome": "not_measured", "why": "no personas"},
              {**FINDING, "name": "distinct_first", "wrong": "below", "value": 0.9, "bar": 0.7, "outcome": "pass"}],
}  # fmt: skip


def material(**changes: Any) -> ReportMaterial:
    counts = {"candidates": 2, "kept": 1, "dropped": 1, "review": 0, "rejected": 0, "failed": 0,
              "by_reason": {"dropped": {"placeholder": 1}}}  # fmt: skip
    run = {"name": "d", "status": "complete", "counts": counts, "dialogues": FACTS}
    evidence = {"field": "turns", "turn": 1, "turn_span": [38, 44], "text": "...", "rule": "slot"}
    kept = [{"record": SAMPLE, "id": "a" * 32, "row": 0}]
    dropped = [{"record": SAMPLE, "id": "b" * 32, "row": 1, "reason": "placeholder",
                "check": "dialogue.placeholder", "evidence": evidence}]  # fmt: skip
    return ReportMaterial(**{"run": run, "kept": kept, "dropped": dropped, **changes})


def embedded(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="rows-data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found.group(1))


def test_turns_carry_what_is_known_of_them():
    first, second = shaped_turns(SAMPLE, {"turn": 1, "turn_span": [38, 44]}, 1000)

    assert (first["who"], first["side"], second["side"]) == ("A", 0, 1)
    assert first["before"] == "The swarm left."
    assert first["notes"] == [
        ["uses", "A swarm left in May."], ["uses", "I keep bees."], ["feels", "strongly proud"], ["style", "dry"],
        ["tries", "write 2"]]  # fmt: skip
    assert second["hit"]
    assert second["notes"] == [["by hand", "closer"]]
    start, end = second["text"]["marks"][0]
    assert second["text"]["t"][start:end] == "[name]"


def test_the_margin_says_who_where_and_what_was_measured():
    notes = dict(map(tuple, cast_notes(SAMPLE)))

    assert notes["A"] == "I keep bees."
    assert notes["setting"] == "on a ferry"
    assert notes["plan"].startswith("the second one")
    assert notes["persona coverage"] == "0.25"
    assert "weak signs" not in notes, "what is empty is not shown"


def test_batch_figures_are_drawn_with_their_bar_and_peoples_figure():
    fails, unmeasured, passes = batch_bars(FACTS)

    assert (fails.outcome, fails.bar, fails.people) == ("fail", "at most 0.15", "people 0.100")
    assert fails.people_x < fails.bar_x < fails.x
    assert fails.wrong_x == fails.bar_x
    assert (unmeasured.value, unmeasured.size) == ("not measured", "no personas")
    assert passes.wrong_x + passes.wrong_width == passes.bar_x


def test_the_page_has_the_section_and_the_rows():
    page = render_report(material())
    lists = embedded(page)["lists"]

    assert 'id="dialogues"' in page
    assert "Figures over batches of 25 dialogues" in page
    assert lists["kept"][0]["turns"][0]["who"] == "A"
    assert lists["kept"][0]["fields"] == []
    assert "turn" not in {name for name, _ in lists["dropped"][0]["evidence"]}
    assert HOSTILE not in page


def test_other_rows_are_drawn_as_before():
    plain = {"kind": "row", "fields": {"a": "b"}}
    page = render_report(material(run={"name": "x", "counts": {}}, kept=[{"record": plain, "id": "c"}], dropped=[]))

    assert 'id="dialogues"' not in page
    assert "turns" not in embedded(page)["lists"]["kept"][0]


def test_dialogues_from_elsewhere_are_drawn_too():
    foreign = {"kind": "row", "fields": {"turns": [{"speaker": "x", "text": "hm"}], "personas": []}, "origin": {}}
    page = render_report(material(kept=[{"record": foreign, "id": "d"}]))

    assert embedded(page)["lists"]["kept"][0]["turns"] == [{"who": "x", "side": 0, "text": "hm"}]


@pytest.mark.browser
def test_bubbles_in_a_browser(browser, tmp_path):
    file = tmp_path / "report.html"
    write_report(file, material())
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(file.as_uri())

    assert page.locator(".turn").count() == 2
    assert page.locator(".turn .bubble .text").first.inner_text() == "The swarm left, mind you."
    page.locator(".before summary").first.click()
    assert page.locator(".before .text").first.inner_text() == "The swarm left."
    assert HOSTILE in page.locator(".turn").nth(1).inner_text()
    assert page.locator(".margin").first.inner_text().startswith("A\nI keep bees.")
    page.locator("[data-list=dropped]").click()
    assert page.locator(".turn.hit mark").inner_text() == "[name]"
    page.fill("#query", "swarm left in may")
    page.press("#query", "Enter")
    assert page.locator("#list > .row").count() == 1
    assert troubles == []
    page.close()
