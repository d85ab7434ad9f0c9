"""The parts of a text that tokens stand for join to the text, whatever a server says of its tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import EndpointError
from corpusmith.llm.backends.token_scores import FLOOR, read_scores, stored, texts_of


@pytest.mark.parametrize(
    ("text", "decoded", "parts"),
    [
        (" Bees hum.", [" Bees", " hum", "."], (" Bees", " hum", ".")),
        # A character of four bytes in three tokens, as vLLM shows them: nothing, nothing, all of it.
        ("a 🍎!", ["a", "", "", " 🍎", "!"], ("a", "", "", " 🍎", "!")),
        ("a 🍎!", ["a", " \ufffd", "\ufffd", "\ufffd", "!"], ("a", "", "", " 🍎", "!")),
        # Tokens without their spaces.
        (" the end", ["the", "end"], (" the", " end")),
        # The last one is not shown at all.
        ("one\x00", ["one", ""], ("one", "\x00")),
        ("", [], ()),
    ],
)
def test_each_token_has_its_part(text, decoded, parts):
    assert texts_of(text, decoded) == parts


@given(st.text(max_size=40), st.lists(st.text(max_size=6), min_size=1, max_size=20))
def test_the_parts_join_to_the_text_whatever_is_shown(text, decoded):
    parts = texts_of(text, decoded)
    assert len(parts) == len(decoded)
    assert "".join(parts) == text


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(-90, 0)), max_size=8), st.integers(0, 5000))
def test_scores_survive_being_stored(pairs, before):
    reply = read_scores(stored([text for text, _ in pairs], [number for _, number in pairs], before))
    assert [(score.text, score.logprob) for score in reply.scores] == pairs
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (before, len(pairs))


def test_a_probability_that_underflows_is_a_number_all_the_same():
    assert read_scores(stored(["a"], [float("-inf")], 1)).scores[0].logprob == FLOOR


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"tokens":["a"],"logprobs":[],"prompt_tokens":1}', b"[1]"])
def test_what_is_no_score_is_an_error(raw):
    with pytest.raises(EndpointError) as caught:
        read_scores(raw)
    assert caught.value.kind == "not_a_score"
