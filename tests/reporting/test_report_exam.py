"""The examination in the report: classes that add up, accuracy beside guessing, letters, examples, all escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpusmith.quality.scoring.exam import Marking, count_exams
from corpusmith.reporting import ReportMaterial, render_report, write_report
from corpusmith.reporting.exams import (
    accuracy_chart,
    class_bars,
    exam_fields,
    exam_view,
    guessing_sentence,
    letter_lines,
)

HOSTILE = "<script>alert(1)</script>"


def record(consistency: str, right: int = 0, **changes: Any) -> dict[str, Any]:
    questions, answers = [], []
    if consistency in ("consistent", "inconsistent"):
        for number in range(3):
            questions.append({"id": f"q{number}", "stem": f"Which {HOSTILE} is it, {number}?", "key": "C",
                              "options": ["w", "x", f"y {HOSTILE}", "z"], "writer": "model",
                              "flags": ["longest_option"] if number == 0 else []})  # fmt: skip
            answers.append({"question": f"q{number}", "order": [3, 2, 1, 0], "said": "B" if number < right else "A",
                            "right": number < right, "scores": [], "demonstrations": 3, "problem": ""})  # fmt: skip
    return {
        "consistency": consistency, "treatment": "open_book" if consistency == "inconsistent" else "unchanged",
        "problem": "no_question" if consistency == "unexaminable" else "", "problem_text": "", "reason": "so",
        "category": "places", "knowledge": "It lies there.", "row": "r:1", "questions": questions, "answers": answers,
        "refused": [{"reason": "not_answerable", "text": "t"}], "passed": right > 1 if questions else None,
        "accuracy": round(right / 3, 6) if questions else None, "chance": 0.15625 if questions else None,
        "p_value": 0.015625 if right == 3 else 1.0, "origin": {"notes": {"calls": {"answer": 3}}},
        "original": {"instruction": f"Where? {HOSTILE}", "input": "", "output": "There."}, **changes,
    }  # fmt: skip


RECORDS = [record("no_need"), record("consistent", 3), record("inconsistent", 1), record("unexaminable")]
FACTS = count_exams(RECORDS, Marking(3, "threshold", 0.6, 0.05), failed=1)
RUN = {
    "name": "e", "status": "complete", "builder": {"kind": "exam", "method": "letter"}, "exam": FACTS,
    "tokens": {"prompt": 10, "completion": 5}, "cost": {"amount": None},
    "counts": {"candidates": 5, "kept": 3, "dropped": 0, "review": 1, "rejected": 0, "failed": 1, "by_reason": {}},
}  # fmt: skip


def test_the_classes_are_all_rows():
    bars = class_bars(FACTS["classes"])
    assert [(bar.slug, bar.count) for bar in bars] == [
        ("no_need", 1), ("consistent", 1), ("inconsistent", 1), ("unlabelled", 1), ("unexaminable", 1)
    ]  # fmt: skip
    assert sum(bar.width for bar in bars) == pytest.approx(100, abs=0.01)


def test_guessing_is_named_with_its_rate():
    said = guessing_sentence(FACTS)
    assert "Somebody who guesses passes 3 questions with 15.62 %" in said
    assert "0.3 of the 1 consistent rows may be luck" in said


def test_rows_are_bars_and_guessing_is_dots():
    chart = accuracy_chart(FACTS)
    assert [what for *_, what in chart.bars] == ["accuracy 0.3 to 0.4: 1 rows", "accuracy 0.9 to 1: 1 rows"]
    assert [what.split(":")[0] for *_, what in chart.dots] == ["accuracy 0.0 to 0.1", "accuracy 0.3 to 0.4",
                                                              "accuracy 0.6 to 0.7"]  # fmt: skip
    assert chart.threshold_x == pytest.approx(40 + 0.6 * 312)


def test_letters_are_those_shown():
    lines = {line.letter: (line.keys, line.said) for line in letter_lines(FACTS["letters"])}
    assert lines == {"A": (0, 2), "B": (6, 4), "C": (0, 0), "D": (0, 0)}


def test_figures_and_examples_are_on_the_page_and_data_is_escaped():
    page = render_report(ReportMaterial(run=RUN))
    assert HOSTILE not in page
    assert "Where? &lt;script&gt;" in page
    for text in ("Examination", "1 of 2 (50 %)", "right option is the longest", "not answerable", "Together 5"):
        assert text in page
    told = dict(exam_view(FACTS, RUN)["groups"])
    assert ("calls for each examined row", "6.0") in told["Cost"]
    assert ("unexaminable: no usable question", "1") in told["Not examined because of"]


def test_a_row_shows_class_and_questions_first():
    first, rest = exam_fields(record("inconsistent", 1, output="Sorry."))
    assert list(first) == ["instruction", "output", "class", "questions"]
    assert first["class"] == "inconsistent, 33 % right, knowledge put in front"
    assert first["questions"].split("\n")[0] == f"Which {HOSTILE} is it, 0?  w / x / [y {HOSTILE}] / z  right"
    assert first["questions"].endswith("wrong")
    assert rest["output before"] == "There."
    assert rest["refused questions"] == "not answerable: t"
    line = {"record": {**record("unexaminable"), "kind": "exam"}, "id": "x", "row": 1}
    assert "unexaminable, unchanged" in render_report(ReportMaterial(run=RUN, review=[line]))


def test_an_exam_that_examined_nothing_has_no_chart():
    facts = count_exams([record("no_need")], Marking(3, "binomial", 0.6, 0.05))
    view = exam_view(facts, RUN)
    assert view["chart"] is None
    assert view["sentence"] == "No row could be examined."
    assert "Examination" in render_report(ReportMaterial(run={**RUN, "exam": facts}))


@pytest.mark.browser
def test_the_page_opens_in_a_browser(browser: Any, tmp_path: Path):
    write_report(tmp_path / "report.html", ReportMaterial(run=RUN))
    troubles: list[str] = []
    page = browser.new_context().new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    page.click("#exam details summary")
    assert page.is_visible("#exam details p")
    assert page.locator("#exam svg rect.c-consistent").count() == 1
    assert troubles == []
