from __future__ import annotations

import tracemalloc
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.llm.packed_index import PackedIndex

word = st.integers(0, 2**64 - 1)
# Few hashes, many of them in one place of the table: collisions, and runs that wrap around its end.
hashes = word | st.sampled_from([0, 1, 2, 1023, 1024, 2047, 2**63 + 1023, 2**64 - 1])


@given(st.lists(st.tuples(hashes, word), max_size=200), st.lists(hashes, max_size=20))
def test_it_holds_what_a_dict_of_lists_holds(entries, others):
    index, plain = PackedIndex(), defaultdict(list)
    for hashed, number in entries:
        index.add(hashed, number)
        plain[hashed or 1].append(number)
    assert len(index) == len(entries)
    for hashed in [*(h for h, _ in entries), *others]:
        assert index.candidates(hashed) == plain.get(hashed or 1, [])


@settings(max_examples=10)
@given(st.integers(0, 2**32), st.sampled_from([1, 2, 3, 2**40 + 1]), st.integers(819, 1800))
def test_it_holds_all_after_growing(seed, step, count):
    index = PackedIndex()
    entries = [((seed + step * 7 * (i % 1100)) % 2**64, i) for i in range(count)]
    plain = defaultdict(list)
    for hashed, number in entries:
        index.add(hashed, number)
        plain[hashed or 1].append(number)
    assert len(index) == count
    assert all(index.candidates(hashed) == numbers for hashed, numbers in plain.items())


def test_numbers_of_one_hash_keep_their_order_when_it_grows():
    """They lie around the end of the table: the last ones at its start."""
    index = PackedIndex()
    for number in range(8):
        index.add(1021, number)
    for number in range(1500):
        index.add(5000 + 3 * number, number)
    assert index.candidates(1021) == list(range(8))


@pytest.mark.parametrize("count", [6_554, 26_215, 30_000])
def test_memory_is_at_most_forty_bytes_an_entry(count):
    """6,554 and 26,215 are just after growing, the worst moment."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    index = PackedIndex()
    for number in range(count):
        index.add(number * 0x9E3779B97F4A7C15 % 2**64, number)
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(index) == count
    assert used <= 40 * count + 1000


def test_a_hash_of_more_than_64_bits_is_refused():
    with pytest.raises(OverflowError):
        PackedIndex().add(2**64, 1)
