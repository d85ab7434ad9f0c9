"""cap: how many carriers of a pattern stay, and which."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.mitigation import cap


def texts(positions):
    return [
        f"row {at} says {'abcdefghij'[at % 10] * 4} and {at * 7 % 13} times {'word ' * (at % 5)}" for at in positions
    ]


@given(
    st.dictionaries(st.integers(0, 199), st.lists(st.sampled_from("pqrs"), min_size=1, max_size=3, unique=True)),
    st.floats(0.005, 0.3),
    st.integers(0, 8),
)
def test_no_pattern_stays_over_the_cap_and_no_other_row_goes(carriers, share, fewest):
    found = cap(carriers, 200, share, fewest, texts)
    stay = {row: patterns for row, patterns in carriers.items() if row not in found.removed}
    for pattern in "pqrs":
        left = sum(pattern in patterns for patterns in stay.values())
        assert left <= max(found.allowed, 0)
        if pattern in found.over:
            assert found.over[pattern] == left
    for row, pattern in found.removed.items():
        assert pattern in carriers[row]
        assert pattern in found.over
    assert found.allowed >= fewest


def test_the_cap_is_a_share_of_what_stays():
    found = cap(dict.fromkeys(range(900), ("p",)), 1000, 0.05, 0, texts)
    left = 1000 - len(found.removed)
    assert found.allowed == int(0.05 * left)


def test_what_stays_differs_and_covers_short_and_long_ones():
    said = dict.fromkeys(range(40), "the same words again")
    said |= {40: "quite another thing about copper", 41: "a remark on rivers and boats, " * 20}
    found = cap(dict.fromkeys(said, ("p",)), 1000, 0.01, 0, lambda rows: [said[row] for row in rows])
    stay = set(said) - set(found.removed)
    assert {40, 41} <= stay
    assert len(stay) == found.allowed == 9


def test_a_row_with_two_patterns_stays_only_if_both_have_room():
    carriers = {row: ("p", "q") if row < 30 else ("p",) for row in range(60)}
    found = cap(carriers, 1000, 0.01, 0, texts)
    stay = [row for row in carriers if row not in found.removed]
    assert sum("q" in carriers[row] for row in stay) <= found.allowed
    assert sum("p" in carriers[row] for row in stay) <= found.allowed


def test_a_seed_gives_the_same_rows():
    carriers = dict.fromkeys(range(3000), ("p",))
    first, second = (cap(carriers, 4000, 0.01, 5, texts, seed=3).removed for _ in range(2))
    assert first == second
