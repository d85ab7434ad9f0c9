"""The target takes the exam: three methods, orders of the options, demonstrations that fit, marks against chance."""

from __future__ import annotations

from collections import Counter

import pytest

from corpusmith.builders.exams.answering import orders
from corpusmith.core.records.exam import LETTERS
from corpusmith.llm.backends.scripted import prompt_text

from .conftest import World, examined, row


@pytest.mark.parametrize(
    ("method", "can_score"), [("letter", True), ("option", True), ("generate", False), (None, False)]
)
def test_each_method_tells_who_knows(method, can_score):
    world = World(knows=["Town1"])
    records = examined(world, row("Town1"), row("Town2"), config={"method": method}, can_score=can_score)
    assert [record.consistency for record in records] == ["consistent", "inconsistent"]
    assert records[0].origin.notes["method"] == (method or "generate")


def test_the_target_sees_neither_reference_nor_answer():
    world = World(knows=["Town1"])
    examined(world, row("Town1", output="The answer is Secretriver."), config={"method": "letter"})
    shown = [prompt_text(r) for r in world.asked if r.kind == "score"]
    assert shown
    assert not any("Secretriver" in text or "river of its own" in text for text in shown)


def test_orders_move_the_key_to_every_place():
    world = World(letter="A")
    (record,) = examined(world, row("Town1"), config={"method": "letter", "shuffles": 4})
    by_question = Counter(a.question for a in record.answers if a.right)
    assert len(record.answers) == 12
    assert list(by_question.values()) == [1, 1, 1]
    assert record.accuracy == 0.25
    for question in record.questions:
        shown = orders(question, 4, 5)
        assert shown == orders(question, 4, 5)
        places = [order.index(LETTERS.index(question.key)) for order in shown]
        assert sorted(places) == [0, 1, 2, 3]


def test_demonstrations_are_dropped_one_by_one_until_the_prompt_fits():
    whole = World(knows=["Town1"])
    examined(whole, row("Town1"), config={"method": "letter"})
    longest = max(len(prompt_text(r)) for r in whole.asked if r.kind == "score")
    short = World(knows=["Town1"], room=longest - 10)
    (record,) = examined(short, row("Town1"), config={"method": "letter"})
    assert {a.demonstrations for a in record.answers} == {4}
    assert record.consistency == "consistent"


def test_a_question_that_never_fits_makes_the_row_unexaminable_with_a_clear_reason():
    (record,) = examined(World(room=40), row("Town1"), config={"method": "letter"})
    assert (record.consistency, record.problem) == ("unexaminable", "prompt_too_long")
    assert "even without demonstrations" in record.problem_text
    assert {a.problem for a in record.answers} == {"prompt_too_long"}


def test_an_answer_that_names_no_letter_is_wrong_and_counted():
    world = World(letter="no idea", free=True, need=lambda text: "yes")
    (record,) = examined(world, row("Town1"), config={"judge": False}, structured="none", can_score=False)
    assert {(a.said, a.right, a.problem) for a in record.answers} == {(None, False, "no_letter")}
    assert record.consistency == "inconsistent"


def test_the_threshold_is_strict():
    world = World(knows=["Town1"])
    (record,) = examined(world, row("Town1"), config={"threshold": 0.99})
    assert record.consistency == "consistent"

    def two_of_five(town, count):
        from .conftest import question

        return [question(town if n < 3 else "Town9", n) for n in range(5)]

    config = {"questions": 5, "threshold": 0.6, "method": "letter"}
    (record,) = examined(World(knows=["Town1"], paper=two_of_five), row("Town1"), config=config)
    assert record.accuracy == 0.6
    assert record.consistency == "inconsistent"


def test_the_binomial_rule_asks_for_more_than_luck():
    world = World(knows=["Town1"])
    (three,) = examined(world, row("Town1"), config={"rule": "binomial", "alpha": 0.01})
    assert three.p_value == pytest.approx(1 / 64)
    assert three.consistency == "inconsistent"
    (four,) = examined(world, row("Town1"), config={"rule": "binomial", "alpha": 0.01, "questions": 4})
    assert four.consistency == "consistent"
    assert four.chance == pytest.approx(1 / 256)
