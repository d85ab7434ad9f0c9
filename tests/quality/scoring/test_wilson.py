"""Wilson's interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.scoring.wilson import wilson


def test_known_values():
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I: method 3.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_share_lies_within(a, b):
    low, high = wilson(a, a + b)
    assert 0.0 <= low <= high <= 1.0
    if a + b:
        assert low <= a / (a + b) <= high
