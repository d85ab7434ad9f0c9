"""Texts on their way to the page: nothing lost, nothing dangerous, spans where they belong."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpusmith.reporting.text import json_block, label, piece, spans_within, visible

any_text = st.text(alphabet=st.characters(), max_size=60)
spans = st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=4)


def test_control_characters_become_their_pictures():
    assert visible("a\x00b\x1b\x7f\x85\ud800\n\tz") == "a\u2400b\u241b\u2421\ufffd\ufffd\n\tz"


def test_a_label_cannot_turn_the_direction_of_the_line_around_it():
    assert label("ab\u202ecd\u2066", 5) == "ab\ufffdc…"


def test_a_span_is_told_in_utf16_units():
    assert piece("😀 red", 100, [(2, 5)]) == {"t": "😀 red", "marks": [[3, 6]]}


def test_a_cut_text_keeps_its_evidence_in_view():
    cut = piece("x" * 500 + "HERE" + "y" * 500, 100, [(500, 504)])
    assert isinstance(cut, dict)
    (first, last), shown = cut["marks"][0], cut["t"]
    assert shown[first:last] == "HERE"
    assert cut["before"] + len(shown) + cut["after"] == 1004


@given(any_text)
def test_visible_text_keeps_its_length_and_can_be_encoded(text):
    assert len(visible(text)) == len(text)
    assert visible(text).encode("utf-8").decode("utf-8") == visible(text)


@given(any_text, st.integers(1, 50), spans)
def test_a_piece_accounts_for_every_character(text, limit, marked):
    cut = piece(text, limit, marked)
    parts = {"t": cut} if isinstance(cut, str) else cut
    before = parts.get("before", 0)
    assert len(parts["t"]) <= limit or len(text) <= limit
    assert before + len(parts["t"]) + parts.get("after", 0) == len(text)
    assert visible(text)[before : before + len(parts["t"])] == parts["t"]
    units = parts["t"].encode("utf-16-le")
    for first, last in parts.get("marks", []):
        assert units[2 * first : 2 * last].decode("utf-16-le")


@given(spans, st.integers(0, 60))
def test_spans_are_clipped_sorted_and_apart(marked, length):
    found = spans_within(marked, length)
    covered = {i for a, b in marked for i in range(max(a, 0), min(b, length))}
    assert {i for a, b in found for i in range(a, b)} == covered
    assert all(a < b for a, b in found)
    assert all(one[1] < two[0] for one, two in pairwise(found))


@given(
    st.recursive(any_text.map(visible), lambda inner: st.lists(inner) | st.dictionaries(any_text.map(visible), inner))
)
def test_a_json_block_reads_back_and_holds_no_markup(value):
    block = json_block(value)
    assert json.loads(block) == value
    assert not set(block) & set("<>&\u2028\u2029")
