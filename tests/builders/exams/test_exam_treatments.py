"""The three treatments, in their exact shapes; everything else stays as it was."""

from __future__ import annotations

import pytest

from corpusmith.builders.exams.options import REFUSAL

from .conftest import World, examined, question, row

KNOWLEDGE = "Town1 lies on a river of its own."
TEXTS = ("instruction", "input", "output", "system", "messages")


def texts(record):
    return {name: getattr(record, name) for name in TEXTS}


@pytest.mark.parametrize(
    ("treatment", "changed"),
    [
        ("open_book", {"instruction": f"{KNOWLEDGE}\nOn which river does Town1 lie?"}),
        ("refusal", {"output": "Sorry, I don't know the factual information required to answer this question."}),
        ("discard", {}),
    ],
)
def test_shapes(treatment, changed):
    given = row("Town1", input="Think of the map.", system="Be brief.", topic="rivers")
    (record,) = examined(World(), given, config={"treatment": treatment})
    assert record.treatment == treatment
    as_it_was = {**{name: given[name] for name in ("instruction", "input", "output", "system")}, "messages": ()}
    assert texts(record) == {**as_it_was, **changed}
    assert texts(record.original) == as_it_was
    assert record.beside == {"topic": "rivers"}


@pytest.mark.parametrize("treatment", ["open_book", "refusal", "discard"])
def test_rows_of_other_classes_are_unchanged(treatment):
    world = World(knows=["Town1"], paper=lambda town, count: [] if town == "Town3" else [question(town, 0)])
    rows = [row("Town1"), row("Town2", instruction="A poem on Town2"), row("Town3")]
    records = examined(world, *rows, config={"treatment": treatment, "threshold": 0.5})
    assert [record.consistency for record in records] == ["consistent", "no_need", "unexaminable"]
    for record in records:
        assert record.treatment == "unchanged"
        assert texts(record) == texts(record.original)


def test_a_category_may_have_its_own_treatment_and_the_sentence_is_configurable():
    config = {"treatment": "discard", "treatments": {"places": "refusal"}, "refusal_text": "No idea."}
    (record,) = examined(World(), row("Town1"), config=config)
    assert (record.category, record.treatment, record.output) == ("places", "refusal", "No idea.")
    assert REFUSAL == "Sorry, I don't know the factual information required to answer this question."


def test_in_a_longer_conversation_the_first_question_and_the_last_answer_are_treated():
    turns = [
        {"role": "user", "content": "On which river does Town1 lie?"},
        {"role": "assistant", "content": "Which Town1?"},
        {"role": "user", "content": "The big one."},
        {"role": "assistant", "content": "On the Ill."},
    ]
    given = row("Town1", output="On the Ill.", messages=turns)
    (book,) = examined(World(), given)
    assert [turn.content for turn in book.messages] == [
        f"{KNOWLEDGE}\nOn which river does Town1 lie?", "Which Town1?", "The big one.", "On the Ill."
    ]  # fmt: skip
    (refusal,) = examined(World(), given, config={"treatment": "refusal"})
    assert [turn.content for turn in refusal.messages][-1] == refusal.output == REFUSAL
    assert [turn.content for turn in refusal.messages][:-1] == [turn["content"] for turn in turns[:-1]]
