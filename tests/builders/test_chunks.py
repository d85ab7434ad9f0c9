"""Cutting documents: nothing lost, nothing doubled, nothing too long, sentences kept whole where they fit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.instructions.chunks import chunks, sentences, words

DOCUMENTS = st.text(
    alphabet=st.one_of(st.sampled_from("ab Zß.!?…,\n\n\n '\"()1239。！？中文กา।"), st.characters(codec="utf-8")),
    max_size=300,
)


def said(text: str) -> list[str]:
    return [text[a:b] for a, b in sentences(text)]


def without_blanks(text: str) -> str:
    return "".join(text.split())


@given(DOCUMENTS)
def test_sentences_hold_all_but_blanks_in_order(text):
    spans = sentences(text)
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert without_blanks("".join(said(text))) == without_blanks(text)


@given(DOCUMENTS, st.integers(1, 40))
def test_chunks_hold_all_but_blanks_in_order_and_fit(text, max_words):
    cut = chunks(text, max_words)
    assert all(chunk.text == text[chunk.start : chunk.end] != "" for chunk in cut)
    assert all(left.end <= right.start for left, right in pairwise(cut))
    assert without_blanks("".join(c.text for c in cut)) == without_blanks(text)
    assert all(len(words(c.text)) <= max_words for c in cut)


@given(DOCUMENTS)
def test_a_document_that_fits_is_one_chunk(text):
    cut = chunks(text, max(1, len(words(text))))
    assert [c.text for c in cut] == ([text.strip()] if text.strip() else [])


@pytest.mark.parametrize(
    "text",
    [
        "Dr. J. R. Smith came.",
        "It costs 3.50 euros.",
        "See Fig. 3 for the U.S. Army.",
        "Bring fruit, e.g. Boskoop apples.",
        "They met at 5 p.m. in the park.",
        '"Is it so?" she asked.',
        "2. The second point of a list",
        "Wait... and then go on.",
    ],
)
def test_these_are_one_sentence(text):
    assert said(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. She stayed!", ["He left.", "She stayed!"]),
        ('"It is late." Then he left.', ['"It is late."', "Then he left."]),
        ("这是第一句。这是第二句！", ["这是第一句。", "这是第二句！"]),
        ("هل هذا سؤال؟ نعم.", ["هل هذا سؤال؟", "نعم."]),
        ("यह एक वाक्य है। यह दूसरा है।", ["यह एक वाक्य है।", "यह दूसरा है।"]),
        ("A heading\n\nAnd a text.", ["A heading", "And a text."]),
        ("In 1999. Then in 2000.", ["In 1999.", "Then in 2000."]),
    ],
)
def test_these_are_several(text, expected):
    assert said(text) == expected


def test_paragraphs_come_first_then_sentences():
    text = "One two three. Four five six.\n\nSeven eight.\n\nNine ten. Eleven twelve."
    assert [c.text for c in chunks(text, 6)] == [
        "One two three. Four five six.",
        "Seven eight.\n\nNine ten. Eleven twelve.",
    ]
    assert [c.text for c in chunks(text, 4)] == [
        "One two three.",
        "Four five six.",
        "Seven eight.",
        "Nine ten. Eleven twelve.",
    ]


def test_a_long_paragraph_is_cut_into_parts_of_like_size():
    text = " ".join(f"This sentence has number {i}." for i in range(11))
    sizes = [len(words(c.text)) for c in chunks(text, 50)]
    assert sum(sizes) == 55
    assert max(sizes) - min(sizes) <= 5


def test_a_sentence_without_end_is_cut_between_words():
    text = "alpha beta gamma delta epsilon"
    assert [c.text for c in chunks(text, 2)] == ["alpha beta", "gamma delta", "epsilon"]


def test_words_of_scripts_without_spaces_count_by_letter():
    assert words("Der Über-Preis: 3.50") == ["der", "über-preis", "3.50"]
    assert len(words("这是第一句。")) == 5


def test_no_room_at_all_is_refused():
    with pytest.raises(ValueError, match="max_words must be at least 1, not 0"):
        chunks("text", 0)
