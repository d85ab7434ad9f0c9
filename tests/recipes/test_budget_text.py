"""Budgets as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.recipes import Budget


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("5USD", Budget(usd=5.0)),
        ("$5", Budget(usd=5.0)),
        ("$ 0.50", Budget(usd=0.5)),
        ("2.5 usd", Budget(usd=2.5)),
        ("5$", Budget(usd=5.0)),
        ("1M-tokens", Budget(tokens=1_000_000)),
        ("1.5m tokens", Budget(tokens=1_500_000)),
        ("200_000-tokens", Budget(tokens=200_000)),
        ("10k-calls", Budget(calls=10_000)),
        ("1,000 calls", Budget(calls=1000)),
        ("1-call", Budget(calls=1)),
        ("5USD, 10k-calls", Budget(usd=5.0, calls=10_000)),
        ("$5,1M-tokens,3-calls", Budget(usd=5.0, tokens=1_000_000, calls=3)),
    ],
)
def test_reads(text, budget):
    assert Budget.parse(text) == budget


@given(
    st.builds(
        Budget,
        calls=st.none() | st.integers(1, 10**12),
        tokens=st.none() | st.integers(1, 10**15),
        usd=st.none() | st.decimals("0.01", "99999", places=2).map(float),
    ).filter(lambda b: str(b) != "")
)
def test_what_is_written_reads_the_same_again(budget):
    assert Budget.parse(str(budget)) == budget


@pytest.mark.parametrize(
    "text", ["", "5", "5EUR", "many calls", "10kk-calls", "-5USD", "1M", "$", "5USD,", "1,5USD", "5USD 3-calls"]
)
def test_what_it_cannot_be(text):
    with pytest.raises(UsageError, match=r"is not a budget.*Write 5USD"):
        Budget.parse(text)


@pytest.mark.parametrize(
    ("text", "said"), [("0-calls", "allows nothing"), ("$1,2USD", "names usd twice"), ("1.2.3USD", "is not a number")]
)
def test_what_makes_no_sense(text, said):
    with pytest.raises(UsageError, match=said):
        Budget.parse(text)
