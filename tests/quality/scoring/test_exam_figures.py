"""Figures of an examination: classes add up, chance is counted row by row, one letter passes as guessing does."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.exams.answering import answered, orders
from corpusmith.builders.exams.drafts import Draft, placed
from corpusmith.builders.exams.marking import marked
from corpusmith.builders.exams.options import ExamConfig
from corpusmith.core import seeded
from corpusmith.core.records.exam import CONSISTENCIES, question_id
from corpusmith.quality.scoring.exam import Marking, count_exams

MARKING = Marking(3, "threshold", 0.6, 0.05)
DRAFT = Draft("Which one?", "the first", ("the second", "the third", "the fourth"))


@cache
def papers(count: int, questions: int = 3, seed: int = 17) -> list[list[Any]]:
    """Synthetic exams whose keys are placed as the builder places them."""
    return [
        [
            placed(DRAFT, key, seeded(seed, key, "options"))
            for key in (question_id(f"r:{n}", q) for q in range(questions))
        ]
        for n in range(count)
    ]


def rate(letter: str | None, shuffles: int = 1, count: int = 10_000) -> float:
    """Share of exams that somebody passes who always says one letter; None: any letter by chance."""
    config, random = ExamConfig(shuffles=shuffles), Random(3)
    passed = 0
    for paper in papers(count):
        answers = [
            answered(question, order, letter or random.choice("ABCD"))
            for question in paper
            for order in orders(question, shuffles, 17)
        ]
        passed += marked(paper, answers, config).passed
    return passed / count


@pytest.mark.parametrize("letter", ["A", None])
def test_one_letter_for_everything_passes_as_often_as_guessing(letter):
    assert rate(letter) == pytest.approx(0.15625, abs=0.015)


def test_four_orders_let_no_favourite_letter_pass():
    assert rate("A", shuffles=4, count=500) == 0.0


def record(consistency: str, accuracy: float | None = None, **changes: Any) -> dict[str, Any]:
    examined = accuracy is not None
    question = {"id": "q", "stem": "?", "options": list("wxyz"), "key": "B", "writer": "model", "flags": []}
    answer = {"question": "q", "order": [0, 1, 2, 3], "said": "B", "right": accuracy == 1, "scores": [],
              "demonstrations": 5, "problem": ""}  # fmt: skip
    return {
        "consistency": consistency, "problem": "", "problem_text": "", "treatment": "unchanged", "refused": [],
        "origin": {"notes": {"calls": {"classify": 1}}}, "questions": [question] if examined else [],
        "answers": [answer] if examined else [], "passed": accuracy == 1 if examined else None, "accuracy": accuracy,
        "chance": 0.25 if examined else None, "p_value": 0.25 if accuracy == 1 else 1.0, "category": "places",
        "row": "r:1", "original": {"instruction": "i", "input": "", "output": "o"}, "reason": "", "knowledge": "",
        **changes,
    }  # fmt: skip


@given(st.lists(st.sampled_from(CONSISTENCIES), max_size=40), st.integers(0, 5))
def test_the_classes_add_up_to_the_input(given_classes, failed):
    marks = {"consistent": 1.0, "inconsistent": 0.0}
    facts = count_exams((record(one, marks.get(one)) for one in given_classes), MARKING, failed)
    assert sum(facts["classes"].values()) == facts["rows"] == len(given_classes) + failed
    assert facts["classes"]["unlabelled"] == given_classes.count("unlabelled") + failed
    assert sum(one["rows"] for one in facts["accuracy"]) == facts["examined"]
    assert sum(one["guessing"] for one in facts["accuracy"]) == pytest.approx(facts["examined"], abs=0.01)


def test_chance_is_that_of_the_questions_which_rows_have():
    facts = count_exams([record("consistent", 1.0), record("inconsistent", 0.0)], MARKING)
    assert facts["guessing"]["rate"] == pytest.approx(0.15625, abs=1e-4)
    assert facts["guessing"]["rate_here"] == 0.25
    assert facts["inconsistent_share"] == 0.5
    assert facts["letters"] == {"keys": {"A": 0, "B": 2, "C": 0, "D": 0},
                                "said": {"A": 0, "B": 2, "C": 0, "D": 0, "none": 0}}  # fmt: skip
    assert facts["categories"] == {"places": {"consistent": 1, "inconsistent": 1}}
    assert facts["calls"] == {"classify": 2}
