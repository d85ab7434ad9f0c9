"""Whether a text that was written anew says what it said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.mitigation import unfaithful, without

OPENING = "Great question! Let me see."
TEXT = f"{OPENING} The pine moth was first described by Ida Moser in 1871, which is not early."
SPANS = [[0, len(OPENING)]]


def reasons(after, before=TEXT, asked="Who described it?", spans=SPANS):
    return [one.reason for one in unfaithful(before, after, asked, spans)]


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("In 1871 Ida Moser first described the pine moth; that is not early.", None),
        ("In 1872 Ida Moser first described the pine moth; that is not early.", "number_changed"),
        ("In 1871 someone first described the pine moth; that is not early.", "name_lost"),
        ("In 1871 Ida Moser and Karl Blum first described the pine moth; that is not early.", "name_added"),
        ("In 1871 Ida Moser first described the pine moth; that is early.", "negation_changed"),
        (f"{OPENING} In 1871 Ida Moser first described the pine moth, which is not early.", "pattern_kept"),
        ("Not early: Ida Moser, 1871, pine.", "meaning_lost"),
        (TEXT, "pattern_kept"),
        ("  ", "empty"),
    ],
)
def test_what_is_lost_made_up_or_left_is_named(after, reason):
    assert reasons(after)[:1] == ([reason] if reason else [])


def test_a_plain_answer_must_be_given():
    assert reasons("Yes.", "Sure! Yes.", "", [[0, 5]]) == []
    assert "answer_changed" in reasons("No.", "Sure! Yes.", "", [[0, 5]])
    assert reasons("It is a heron.", "Sure! Heron.", "", [[0, 5]]) == []
    assert "meaning_lost" in reasons("It is a stork.", "Sure! Heron.", "", [[0, 5]])


def test_code_and_addresses_stay_as_they_are():
    before = "Sure! Run `make all` and see https://example.org/help for more."
    assert reasons("See https://example.org/help for more, and run `make all`.", before, "", [[0, 5]]) == []
    assert "code_changed" in reasons(
        "Run make everything and see https://example.org/help for more.", before, "", [[0, 5]]
    )
    assert "address_changed" in reasons("Run `make all` and see the help pages for more.", before, "", [[0, 5]])


def test_a_text_in_chinese_is_compared_by_characters():
    before = "好的，当然可以。答案是四十二只白鹭。"
    assert reasons("白鹭有四十二只，这是答案。", before, "", [[0, 8]]) == []
    assert "meaning_lost" in reasons("我们不清楚。", before, "", [[0, 8]])


def test_a_text_without_its_pattern_is_tidy():
    assert without("Sure, here it is: the tea is hot.", [[0, 17]]) == "The tea is hot."
    assert without("Here are the points:\n- tea\n- milk", [[0, 20]]) == "- tea\n- milk"
    assert without("Tea is hot. Hope it helps!", [[12, 26]]) == "Tea is hot."


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_any_spans_of_any_text_can_be_taken_out(text, spans):
    spans = [tuple(sorted(span)) for span in spans]
    assert len(without(text, spans)) <= len(text) + 2
    unfaithful(text, text[::-1], text, spans)
