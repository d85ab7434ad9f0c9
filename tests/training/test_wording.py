"""The fixed words of a pattern, found in a text; what fills its slots is left out."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.training.wording import fixed_parts

TEXT = "Certainly! Here is why: snow is cold. I hope this helps!"
WHOLE = (0, len(TEXT))


def parts(wording, text=TEXT, span=None):
    found = fixed_parts(text, span or (0, len(text)), wording)
    return None if found is None else [text[start:end] for start, end in found]


def test_fixed_words_on_both_sides_of_a_slot():
    assert parts("certainly! here is why: {…}. i hope this helps!") == [
        "Certainly! Here is why:",
        ". I hope this helps!",
    ]


def test_a_pattern_without_slots_is_one_part():
    assert parts("certainly! here is") == ["Certainly! Here is"]


def test_numbers_are_fixed_whatever_they_are():
    assert parts("in {number} we", "In 1,998 we sold") == ["In 1,998 we"]


def test_of_wordings_that_stand_for_each_other_the_one_that_is_there():
    assert parts("of course! here | certainly! here") == ["Certainly! Here"]


def test_the_last_part_is_the_last_of_its_kind():
    text = "Yes. It is so. It is so."
    assert fixed_parts(text, (0, len(text)), "yes {…} it is so") == ((0, 3), (15, 23))


def test_masked_texts_and_words_that_are_not_there_have_no_parts():
    assert parts("the … of … is") is None
    assert parts("sure thing") is None
    assert parts("{…}") is None


def test_only_the_place_of_the_hit_is_looked_at():
    text = "I hope so. I hope this helps!"
    assert fixed_parts(text, (11, len(text)), "i hope") == ((11, 17),)


@given(
    st.text("abc .", min_size=0, max_size=12),
    st.text("xyz, ", min_size=1, max_size=12),
    st.text("abc .", min_size=0, max_size=12),
)
def test_parts_are_ascending_inside_the_text_and_hold_no_slot(before, inside, after):
    text = f"open {before} :: {inside} ;; {after} shut"
    found = fixed_parts(text, (0, len(text)), "open {…} :: {…} ;; {…} shut")
    assert [text[start:end].replace(" ", "") for start, end in found] == ["open", "::", ";;", "shut"]
    assert all(one[1] <= other[0] for one, other in pairwise(found))
