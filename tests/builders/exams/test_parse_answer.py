"""Which option a reply in free form chooses: the one it names, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.exams.parse_answer import parse_answer

OPTIONS = ["Bern", "Zurich", "Geneva", "Basel"]


@pytest.mark.parametrize(
    "text", ["B", "b", "(B)", "B.", "**B**", "Answer: B", "The answer is B.", "B) Zurich", "Zurich", "B. Zurich",
             "The correct answer is (B) because it is large."]
)  # fmt: skip
def test_a_clear_answer_is_read(text):
    assert parse_answer(text, OPTIONS) == "B"


@pytest.mark.parametrize("text", ["", "E", "A or B", "I do not know", "Lucerne", "A, B and C", "BCD"])
def test_an_unclear_one_is_none(text):
    assert parse_answer(text, OPTIONS) is None


@given(st.text(max_size=80))
def test_anything_is_a_letter_or_none(text):
    assert parse_answer(text, OPTIONS) in {"A", "B", "C", "D", None}
