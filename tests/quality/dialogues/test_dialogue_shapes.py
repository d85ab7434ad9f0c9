"""Dialogues and personas of other makers, brought to turns and personas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.quality.dialogues.shape import UnlabelledLine, personas_of, to_dialogue_fields
from corpusmith.quality.dialogues.talk import talk_from

TURNS = [{"speaker": "A", "text": "Is it far?"}, {"speaker": "B", "text": "Two stops."}]
SYNTHETIC = {
    "user 1 personas": "I bake.\nI have a dog.",
    "user 2 personas": "I dive.",
    "Best Generated Conversation": "User 2: Hello!\n\nUser 1: Is that salt?\nUser 2: It is.",
}


def said(found):
    return [(t["speaker"], t["text"]) for t in found["turns"]]


def test_our_own_rows_stay_as_they_are():
    row = {
        "turns": TURNS,
        "personas": [{"speaker": "A", "facts": ["I bake."]}],
        "group": "g1",
        "plan": {"setting": "x"},
    }
    line = {"id": "r", "record": {"kind": "dialogue", "origin": {}, **row}}

    for given_ in (row, line):
        found = to_dialogue_fields(given_)
        assert said(found) == [("A", "Is it far?"), ("B", "Two stops.")]
        assert found["personas"] == row["personas"]
        assert found["group"] == "g1"


MESSAGES = [("system", "s"), ("user", "a"), ("assistant", "b")]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": role, "content": text} for role, text in MESSAGES]},
        {"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]},
    ],
)
def test_chat_formats(row):
    assert said(to_dialogue_fields(row)) == [("user", "a"), ("assistant", "b")]


def test_lists_of_texts_alternate():
    assert said(to_dialogue_fields({"dialog": ["a", "b", "c"]})) == [("A", "a"), ("B", "b"), ("A", "c")]


def test_topical_chat():
    turns = [{"message": text, "agent": f"agent_{n}", "sentiment": "Happy"} for n, text in enumerate("ab", 1)]

    assert said(to_dialogue_fields({"article_url": "u", "content": turns})) == [("agent_1", "a"), ("agent_2", "b")]


def test_synthetic_persona_chat_with_the_personas_of_their_numbers():
    found = to_dialogue_fields(SYNTHETIC)

    assert said(found) == [("User 2", "Hello!"), ("User 1", "Is that salt?"), ("User 2", "It is.")]
    assert found["personas"] == [
        {"speaker": "User 1", "facts": ["I bake.", "I have a dog."]},
        {"speaker": "User 2", "facts": ["I dive."]},
    ]


def test_personachat_as_it_is_spread():
    row = {"personality": ["i bake."], "history": ["hi", "hello", "what do you do?"], "candidates": ["no", "i bake"]}

    found = to_dialogue_fields(row)

    assert said(found)[-1] == ("B", "i bake")
    assert found["personas"] == [{"speaker": "B", "facts": ["i bake."]}]


@pytest.mark.parametrize(
    ("line", "number"),
    [("A few minutes later", 2), ("Ingredients: flour", 2), ("[At the gym]", 2)],
)
def test_a_line_without_a_speaker_is_told_with_its_number(line, number):
    text = f"User 1: Hello there.\n{line}\nUser 2: Hm."

    with pytest.raises(UnlabelledLine, match=f"line {number} of the conversation does not say who speaks"):
        to_dialogue_fields({"conversation": text})


def test_starred_labels_and_colons_within_turns():
    text = "*User 1:* I said: no.\n* User 2: Fine! *\n"

    assert said(to_dialogue_fields({"conversation": text})) == [("User 1", "I said: no."), ("User 2", "Fine!")]


@pytest.mark.parametrize(
    ("row", "personas"),
    [
        ({"facts": ["I bake.", {"text": "I dive."}]}, [["I bake.", "I dive."]]),
        ({"persona": "I bake.\nI dive."}, [["I bake.", "I dive."]]),
        ({"personas": [{"facts": ["I bake."]}, {"facts": ["I dive."]}]}, [["I bake."], ["I dive."]]),
        ({"personas": ["I bake.", "I dive."]}, [["I bake.", "I dive."]]),
        (SYNTHETIC, [["I bake.", "I have a dog."], ["I dive."]]),
        ({"name": "x"}, []),
    ],
)
def test_personas_by_their_columns(row, personas):
    assert personas_of(row) == personas


@pytest.mark.parametrize("row", [{}, {"turns": []}, {"text": "a document"}, {"messages": "x"}, {"turns": [1, 2]}])
def test_what_is_no_dialogue(row):
    assert to_dialogue_fields(row) is None


COLUMNS = st.sampled_from(["turns", "messages", "conversation", "personas", "facts", "history", "personality"])
MEMBERS = st.sampled_from(["text", "speaker", "role", "content", "facts"])
VALUES = st.recursive(
    st.none() | st.text(max_size=9) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3),
)


@given(st.dictionaries(COLUMNS, VALUES, max_size=4))
def test_any_columns_give_a_dialogue_that_can_be_read_or_none(row):
    try:
        found = to_dialogue_fields(row)
    except UnlabelledLine:
        return
    assert found is None or talk_from(found) is not None
