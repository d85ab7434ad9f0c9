"""From rows and the places of patterns in them to what is forgotten, retained and replayed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from corpusmith.core.errors import UsageError
from corpusmith.quality import Row
from corpusmith.quality.patterns import Hit, find_patterns
from corpusmith.training import FlaggedSpan, Message, TrainingRow, training_row, unlearning_sets

OPENING = "Certainly!"


def rows(patterned, plain):
    made = [{"instruction": f"ask {n}", "output": f"{OPENING} It is {n}."} for n in range(patterned)]
    made += [{"instruction": f"say {n}", "output": f"Number {n} it is."} for n in range(plain)]
    return [Row(at, f"row-{at}", fields) for at, fields in enumerate(made)]


def hit(row, span=(0, 10), field="output", turn=None, check="pattern.edge", pattern="edge-1"):
    return Hit(row.index, row.id, pattern, check, field, turn, span)


def flagged(data):
    return [hit(row) for row in data if row.text("output").startswith(OPENING)]


def test_flagged_rows_are_forgotten_and_the_others_are_shared_out():
    data = rows(10, 8)
    sets = unlearning_sets(data, flagged(data))
    assert [len(one) for one in sets.files().values()] == [8, 2, 4, 4]
    assert all(row.spans == (FlaggedSpan(message=1, span=(0, 10), pattern="edge-1"),) for row in sets.forget)
    assert not any(row.spans for row in (*sets.retain, *sets.replay))


def test_a_reference_is_replayed_and_then_all_plain_rows_are_retained():
    data = rows(4, 6)
    sets = unlearning_sets(data, flagged(data), [Row(0, "human", {"prompt": "why", "response": "because"})])
    assert [row.id for row in sets.replay] == ["human"]
    assert len(sets.retain) == 6


@given(st.integers(2, 30), st.integers(2, 30), st.integers(0, 5), st.floats(0.05, 0.9))
def test_no_row_is_in_two_sets_and_none_is_lost(patterned, plain, seed, share):
    data = rows(patterned, plain)
    if round(patterned * share) >= patterned:
        share = 0.5
    sets = unlearning_sets(data, flagged(data), seed=seed, held_out=share)
    every = [row.id for part in sets.files().values() for row in part]
    assert sorted(every) == sorted(row.id for row in data)
    assert sets.held_out
    assert {row.id for row in (*sets.forget, *sets.held_out)} == {f"row-{n}" for n in range(patterned)}


def test_the_draw_depends_on_the_seed_and_not_on_the_order():
    data = rows(12, 12)
    one = unlearning_sets(data, flagged(data), seed=3)
    assert unlearning_sets(data[::-1], flagged(data), seed=3) == one
    assert unlearning_sets(data, flagged(data), seed=4) != one


def test_no_more_rows_than_asked_for_and_it_is_said():
    data = rows(20, 30)
    sets = unlearning_sets(data, flagged(data), most=5)
    assert [len(one) for one in sets.files().values()] == [4, 1, 5, 5]
    assert "5 of 20 forget rows were drawn." in sets.notes


def test_patterns_of_instructions_are_not_what_a_model_writes():
    data = rows(4, 4)
    hits = [*flagged(data), hit(data[5], (0, 3), field="instruction")]
    sets = unlearning_sets(data, hits)
    assert "row-5" in {row.id for row in (*sets.retain, *sets.replay)}


def test_slots_are_not_forgotten():
    data = rows(4, 4)
    hits = [hit(row, (0, len(row.text("output"))), check="pattern.row") for row in data[:4]]
    sets = unlearning_sets(data, hits, wordings={"edge-1": "certainly! it is {…}."})
    row = sets.forget[0]
    text = row.messages[1].content
    assert [text[slice(*one.span)] for one in row.spans] == ["Certainly! It is", "."]


def test_rows_of_one_form_without_fixed_words_are_in_no_set():
    data = rows(4, 4)
    hits = [*flagged(data), hit(data[6], (0, 12), check="pattern.row", pattern="row-2")]
    sets = unlearning_sets(data, hits, wordings={"row-2": "… … it is …"})
    assert "row-6" not in {row.id for part in sets.files().values() for row in part}
    assert any("one form" in note for note in sets.notes)


def test_turns_of_a_conversation():
    turns = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "Certainly! b"},
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "Certainly! d"},
    ]
    row = Row(0, "talk", {"messages": turns, "instruction": "a", "output": "Certainly! d"})
    data = [row, *rows(3, 4)[1:]]
    hits = [hit(row, field="messages", turn=2), hit(row), *flagged(data[1:])]
    sets = unlearning_sets(data, hits)
    made = next(one for one in (*sets.forget, *sets.held_out) if one.id == "talk")
    assert [message.role for message in made.messages] == ["system", "user", "assistant", "user", "assistant"]
    assert [one.message for one in made.spans] == [2, 4]


def test_unknown_speakers_ask_and_answer():
    row = Row(0, "d", {"turns": [{"speaker": "Ada", "text": "hi"}, {"speaker": "Bo", "text": "ho"}]})
    assert [message.role for message in training_row(row).messages] == ["user", "assistant"]


def test_an_input_stands_below_its_instruction():
    row = Row(0, "d", {"instruction": "add", "input": "1 2", "output": "3"})
    assert [message.content for message in training_row(row).messages] == ["add\n\n1 2", "3"]
    assert training_row(Row(0, "d", {"instruction": "add", "output": " "})) is None


@pytest.mark.parametrize(("patterned", "plain", "said"), [(1, 5, "at least 2"), (5, 0, "carry no pattern")])
def test_too_little_to_work_with(patterned, plain, said):
    data = rows(patterned, plain)
    with pytest.raises(UsageError, match=said):
        unlearning_sets(data, flagged(data))


def test_hits_of_a_search_fit():
    subjects = ("snow", "tea", "iron", "wool", "glass", "rice", "salt", "clay", "silk", "coal", "milk", "sand")
    data = [
        Row(
            at,
            f"u{at}",
            {"instruction": f"tell me of {one}", "output": f"Of course, I am glad to answer. {one} is old"},
        )
        for at, one in enumerate(subjects)
    ]
    words = ("red", "blue", "grey", "warm", "thin", "deep", "loud", "calm", "bold", "weak", "late", "soon")
    plain = [
        Row(at, f"h{at}", {"instruction": f"what of {one}?", "output": f"{one} things {other} differ by {third}"})
        for at, (one, other, third) in enumerate(
            zip(words, words[3:] + words[:3], words[7:] + words[:7], strict=True), 12
        )
    ]
    found = find_patterns([*data, *plain], plain)
    sets = unlearning_sets([*data, *plain], found.hits, wordings={one.id: one.text for one in found.patterns})
    spans = {row.messages[1].content[slice(*one.span)] for row in sets.forget for one in row.spans}
    assert any(span.startswith("Of course, I am glad") for span in spans)
    assert not any(subject in span for span in spans for subject in subjects)


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([{"message": 0, "span": [0, 1]}], "none of the assistant's"),
        ([{"message": 7, "span": [0, 1]}], "none of the assistant's"),
        ([{"message": 1, "span": [0, 9]}], "does not lie"),
        ([{"message": 1, "span": [2, 2]}], "does not lie"),
    ],
)
def test_spans_outside_the_answers_are_refused(spans, said):
    messages = [Message(role="user", content="a"), Message(role="assistant", content="bcd")]
    with pytest.raises(ValidationError, match=said):
        TrainingRow(id="x", messages=messages, spans=spans)


def test_a_row_without_an_answer_is_refused():
    with pytest.raises(ValidationError, match="nothing to train on"):
        TrainingRow(id="x", messages=[Message(role="user", content="a")])
