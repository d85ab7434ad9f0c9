"""Rank correlation and alpha agree with what their definitions say."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.judging.agreement import alpha, ranks, spearman, spearman_interval

numbers = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def test_ranks_of_ties_are_shared():
    assert ranks(np.array([10.0, 20.0, 20.0, 5.0])).tolist() == [2.0, 3.5, 3.5, 1.0]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        # By hand, from the differences of the ranks: 1 - 6 * (1 + 1 + 1 + 1) / (5 * 24).
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 0.8),
        # With ties: ranks 1.5 1.5 3 4 and 1 2 3.5 3.5, their deviations -1 -1 .5 1.5 and -1.5 -.5 1 1.
        ([1, 1, 2, 3], [1, 2, 3, 3], 4.0 / 4.5),
    ],
)
def test_spearman(a, b, expected):
    assert spearman(np.array(a, float), np.array(b, float)) == pytest.approx(expected)


def test_a_constant_scorer_has_no_correlation():
    assert spearman(np.array([3.0, 3.0, 3.0]), np.array([1.0, 2.0, 3.0])) is None
    assert spearman_interval([3, 3, 3], [1, 2, 3]) == (None, None, None)
    assert spearman_interval([], []) == (None, None, None)


@given(numbers, st.randoms(use_true_random=False))
def test_spearman_is_symmetric_and_does_not_see_the_scale(values, chance):
    other = list(values)
    chance.shuffle(other)
    a, b = np.array(values), np.array(other)
    found = spearman(a, b)
    if found is not None:
        assert -1.0 - 1e-9 <= found <= 1.0 + 1e-9
        assert spearman(b, a) == pytest.approx(found)
        assert spearman(np.exp(a), 3 * b + 1) == pytest.approx(found)


def test_the_interval_narrows_with_rows_and_is_the_same_again():
    chance = np.random.default_rng(0)
    x = chance.normal(size=400)
    y = x + chance.normal(size=400)
    few, many = spearman_interval(x[:40], y[:40]), spearman_interval(x, y)
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low
    assert spearman_interval(x, y) == many
    # The true correlation of such a pair is 6/pi asin(sqrt(1/2)/2).
    assert many.low < 6 / math.pi * math.asin(math.sqrt(0.5) / 2) < many.high


def test_rows_of_one_group_are_drawn_together():
    chance = np.random.default_rng(1)
    base = np.repeat(chance.normal(size=12), 10)
    other = np.repeat(chance.normal(size=12), 10)
    groups = np.repeat(np.arange(12), 10).tolist()
    alone, grouped = spearman_interval(base, other), spearman_interval(base, other, groups=groups)
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 2 * (alone.high - alone.low)


def test_alpha_by_hand():
    # Two scorers, three rows, interval metric. Observed: mean of squared differences within rows = (0 + 1 + 0) / 3.
    # Expected: over all 15 pairs of the six values 1 1 2 3 5 5.
    values = [1, 1, 2, 3, 5, 5]
    expected = np.mean([(a - b) ** 2 for i, a in enumerate(values) for b in values[i + 1 :]])
    assert alpha([[1, 2, 5], [1, 3, 5]]) == pytest.approx(1 - (1 / 3) / expected)


def test_alpha_of_perfect_agreement_and_of_none():
    assert alpha([[1, 2, 3], [1, 2, 3], [None, 2, None]]) == pytest.approx(1.0)
    assert alpha([[1, 5, 1, 5], [5, 1, 5, 1]]) < 0
    for undefined in ([], [[1, 2, 3]], [[2, 2], [2, 2]], [[1, None], [None, 2]], [[], []]):
        assert alpha(undefined) is None
