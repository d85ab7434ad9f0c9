"""Which tokens are trained on, and which lie in a flagged span."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import UsageError
from corpusmith.training import FlaggedSpan, Message, TrainingRow
from corpusmith.training.tokens import Encoded, encode, overlapping, rendered


def shown(tokens, mask):
    return "".join(
        chr(token - 1000) if token >= 1000 else f"<{chr(token)}>"
        for token, one in zip(tokens, mask, strict=True)
        if one
    )


def test_the_answer_is_trained_on_with_the_token_that_ends_it(characters, make_row):
    found = encode(make_row("because"), characters, 100)
    assert shown(found.tokens, found.answer) == "because<e>"
    assert shown(found.tokens, [True] * len(found.tokens)) == "<u>why?<e><a>because<e>"


def test_flagged_spans_become_flagged_tokens(characters, make_row):
    found = encode(make_row("oh well, yes", (0, 2), (9, 12)), characters, 100)
    assert shown(found.tokens, found.flagged) == "ohyes"


def test_a_question_that_repeats_the_answer_or_the_template_is_not_taken_for_it(characters, make_row):
    found = encode(make_row("why?", (0, 3), question="why?"), characters, 100)
    assert found.answer == (False,) * 7 + (True,) * 5
    assert found.flagged.index(True) == 7


def test_every_answer_of_a_conversation(characters):
    said = [("user", "a"), ("assistant", "bc"), ("user", "d"), ("assistant", "ef")]
    row = TrainingRow(
        id="r",
        messages=[Message(role=role, content=content) for role, content in said],
        spans=[FlaggedSpan(message=1, span=(1, 2)), FlaggedSpan(message=3, span=(0, 1))],
    )
    found = encode(row, characters, 100)
    assert shown(found.tokens, found.answer) == "bc<e>ef<e>"
    assert shown(found.tokens, found.flagged) == "ce"


def test_what_is_cut_off_cannot_be_used(characters, make_row):
    assert encode(make_row("because"), characters, 7) == "too_long"
    assert isinstance(encode(make_row("because"), characters, 8), Encoded)
    assert encode(make_row("because", (5, 7)), characters, 10) == "too_long"


def test_words_that_steer_the_model_are_no_text(characters, make_row):
    assert encode(make_row("a <e><u> b"), characters, 100) == "special_token"


@given(st.text(min_size=1, max_size=40), st.text(max_size=20), st.data())
def test_flagged_tokens_are_exactly_the_characters_of_the_spans(answer, question, data):
    from .conftest import Characters, row

    start = data.draw(st.integers(0, len(answer) - 1))
    end = data.draw(st.integers(start + 1, len(answer)))
    found = encode(row(answer, (start, end), question=question), Characters(), 1000)
    if found == "special_token":
        return
    assert shown(found.tokens, found.flagged) == answer[start:end]
    assert all(one for one, flag in zip(found.answer, found.flagged, strict=True) if flag)


@given(st.lists(st.integers(1, 5), max_size=12), st.integers(0, 30), st.integers(0, 30))
def test_a_token_counts_if_it_shares_a_character(lengths, start, end):
    places, at = [], 0
    for length in lengths:
        places.append((at, at + length))
        at += length
    expected = [n for n, (left, right) in enumerate(places) if set(range(left, right)) & set(range(start, end))]
    assert overlapping(places, start, end) == expected


class Forgetful:
    """A template that shows the last message alone."""

    chat_template = "yes"

    def apply_chat_template(self, turns, tokenize):
        return turns[-1]["content"]


class Strict:
    """A template that refuses."""

    chat_template = "yes"

    def apply_chat_template(self, turns, tokenize):
        message = "no system role"
        raise ValueError(message)


@pytest.mark.parametrize(("tokenizer", "said"), [(Forgetful(), "each of 2 messages"), (Strict(), "no system role")])
def test_templates_that_cannot_be_used_are_named(tokenizer, said, make_row):
    with pytest.raises(UsageError, match=said):
        rendered(make_row("b").messages, tokenizer)
