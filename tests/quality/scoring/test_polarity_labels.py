"""Labels as people and models write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.scoring.polarity import POLARITIES, SWAPPED, read_polarity


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("positive", "positive"),
        (" Negative.\n", "negative"),
        ('"NEUTRAL"', "neutral"),
        ("neg", "negative"),
        ("pos", "positive"),
        ("not positive", None),
        ("positive or negative", None),
        ("1", None),
        ("", None),
        (1, None),
        (None, None),
    ],
)
def test_reads_words_and_nothing_else(written, read):
    assert read_polarity(written) == read


@given(st.text())
def test_any_text_is_a_polarity_or_none(text):
    assert read_polarity(text) in (*POLARITIES, None)


def test_swapping_twice_changes_nothing():
    assert {p: SWAPPED[SWAPPED[p]] for p in POLARITIES} == {p: p for p in POLARITIES}
    assert SWAPPED["neutral"] == "neutral"
