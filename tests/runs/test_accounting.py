"""The accounting: candidates = kept + dropped + review + rejected + failed, per reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.runs.accounting import FATES, Accounting


@given(st.lists(st.tuples(st.sampled_from(FATES), st.sampled_from(["a", "b", None]))))
def test_it_always_adds_up(events):
    counts = Accounting()
    for fate, reason in events:
        counts.count(fate, reason)

    found = counts.as_dict()

    assert found["candidates"] == len(events) == sum(found[fate] for fate in FATES)
    for fate, reasons in found["by_reason"].items():
        assert sum(reasons.values()) == found[fate]


def test_a_sum_that_does_not_fit_is_a_fault():
    counts = Accounting()
    counts.candidates = 1
    with pytest.raises(AssertionError, match="does not add up"):
        counts.as_dict()
