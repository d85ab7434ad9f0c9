"""What guessing gets: exact, and the same as counting every way to answer."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.scoring.chance import (
    accuracy,
    guessing_rate,
    p_value,
    passes,
    passing_rate_of_guessing,
    pmf,
    right_questions,
)


def counted(questions: int, threshold: float) -> float:
    """By going through every way to answer: option 0 is right."""
    ways = list(product(range(4), repeat=questions))
    return sum(way.count(0) / questions > threshold for way in ways) / len(ways)


@pytest.mark.parametrize("questions", range(1, 8))
@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.45, 0.6, 0.75, 0.99])
def test_the_rate_agrees_with_counting_all_ways_to_answer(questions, threshold):
    assert guessing_rate(questions, threshold) == pytest.approx(counted(questions, threshold), abs=1e-12)


def test_the_published_rates():
    assert guessing_rate(3, 0.6) == pytest.approx(0.156, abs=5e-4)
    assert guessing_rate(5, 0.6) == pytest.approx(0.0156, abs=5e-5)
    assert guessing_rate(0, 0.6) == 0.0


def test_thresholds_are_the_decimals_that_they_are_written_as():
    # 0.58 x 50 is a little less than 29 in binary, and 29 of 50 would pass a strict 0.58.
    shares = [Fraction(1)] * 29 + [Fraction(0)] * 21
    assert not passes(shares, "threshold", 0.58, 0.05)
    assert passes([*shares[:-1], Fraction(1)], "threshold", 0.58, 0.05)


@given(st.integers(1, 20), st.integers(1, 999))
def test_the_binomial_rule_never_lets_guessing_pass_more_often_than_alpha(questions, thousandths):
    alpha = thousandths / 1000
    assert passing_rate_of_guessing("binomial", questions, 0.6, alpha) <= alpha + 1e-12


@given(st.integers(1, 20))
def test_probabilities_add_up(questions):
    assert sum(pmf(questions)) == 1
    values = [p_value(right, questions) for right in range(questions + 1)]
    assert values[0] == 1.0
    assert values == sorted(values, reverse=True)


def test_a_question_asked_in_several_orders_counts_once():
    shares = [Fraction(3, 4), Fraction(1, 2), Fraction(0)]
    assert accuracy(shares) == Fraction(5, 12)
    assert right_questions(shares) == 1
