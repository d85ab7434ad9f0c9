import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.patterns.significance import benjamini_hochberg, lift, log_odds, log_p


def exact(a, r, share):
    """P(a or more of a + r rows are of the data)."""
    n = a + r
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(a, n + 1))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(100, 5000), st.integers(100, 5000))
def test_the_bound_is_never_below_the_exact_p_value(a, r, data_rows, reference_rows):
    bound = math.exp(log_p(np.array([a]), np.array([r]), data_rows, reference_rows)[0])
    assert bound >= exact(a, r, data_rows / (data_rows + reference_rows)) - 1e-12


def test_rows_that_the_reference_lacks_are_coins_that_fell_one_way():
    assert log_p(np.array([30]), np.array([0]), 3000, 3000)[0] == pytest.approx(30 * math.log(0.5))


def test_more_in_the_reference_is_no_evidence():
    assert log_p(np.array([3]), np.array([30]), 3000, 3000)[0] == 0


def test_log_odds_follow_the_formula_of_the_prior():
    a, r, n, a0 = 30, 2, 3000, 500
    p = a0 * (a + r) / (2 * n)
    delta = math.log((a + p) / (n + a0 - a - p)) - math.log((r + p) / (n + a0 - r - p))
    assert log_odds(np.array([a]), np.array([r]), n, n)[0] == pytest.approx(
        delta / math.sqrt(1 / (a + p) + 1 / (r + p))
    )


def test_without_a_reference_there_is_nothing_to_compare():
    assert np.isnan(log_odds(np.array([30]), np.array([0]), 3000, 0)[0])
    assert np.isnan(lift(np.array([30]), np.array([0]), 3000, 0)[0])


def test_lift_counts_an_absent_pattern_as_half_a_row():
    assert lift(np.array([30, 30]), np.array([0, 3]), 3000, 3000).tolist() == [60.0, 10.0]


def test_q_values_of_the_textbook():
    p = np.array([0.01, 0.02, 0.03, 0.5])
    assert benjamini_hochberg(np.log(p), 4) == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert benjamini_hochberg(np.log(p), 8) == pytest.approx([0.08, 0.08, 0.08, 1.0])


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=30))
def test_q_values_keep_the_order_and_are_never_below_p(ps):
    q = benjamini_hochberg(np.log(np.array(ps)), len(ps))
    assert (q >= np.array(ps) - 1e-12).all()
    order = np.argsort(ps)
    assert (np.diff(q[order]) >= -1e-12).all()
