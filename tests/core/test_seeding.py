from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core import derive_seed, seeded

parts = st.lists(st.text(alphabet=st.characters(exclude_categories=())), max_size=4)


def test_seeds_stay_what_they_were():
    """A recipe's rows rest on these: another value here makes every run another one."""
    assert derive_seed(17, "item-1", "question", 0) == 2145544348223027427
    assert derive_seed(0) == 4761921975702974394
    assert seeded(17, "item-1").random() == 0.9964264119835267


@given(st.integers(), parts)
def test_a_seed_is_a_63_bit_number_and_always_the_same(seed, names):
    assert 0 <= derive_seed(seed, *names) < 2**63
    assert derive_seed(seed, *names) == derive_seed(seed, *names)


@given(st.integers(), parts, parts)
def test_different_parts_give_different_seeds(seed, one, other):
    assert (derive_seed(seed, *one) == derive_seed(seed, *other)) == (one == other)


def test_parts_do_not_run_into_one_another():
    assert derive_seed(1, "ab", "c") != derive_seed(1, "a", "bc")
    assert derive_seed(1, "a", "") != derive_seed(1, "a")
    assert derive_seed(1, "1:a") != derive_seed(1, "", "a")
    assert derive_seed(1, 2) != derive_seed(2, 1)
    assert derive_seed(1, 2) == derive_seed(1, "2")


def test_a_lone_surrogate_is_a_part_like_any_other():
    assert derive_seed(1, "\ud800") != derive_seed(1, "\ud801")


def test_generators_are_apart():
    one, again, other = seeded(1, "a"), seeded(1, "a"), seeded(1, "b")
    first = [one.random() for _ in range(5)]
    assert first == [again.random() for _ in range(5)]
    assert first != [other.random() for _ in range(5)]
