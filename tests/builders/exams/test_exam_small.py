"""The profile small: need, statements, facts and wrong options by code; only the stem is the model's."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.exams import small
from corpusmith.builders.exams.drafts import holds
from corpusmith.builders.exams.fact_pool import FactPool, pool_of
from corpusmith.builders.exams.facts import read_statement, statements_of
from corpusmith.core.records.exam import ExaminedRow
from corpusmith.llm import Reply, Request, TokenScore

from .conftest import examined

ROWS = [
    ("Who wrote the novel Emma?", "Jane Austen wrote the novel Emma in 1815."),
    ("Who wrote the novel Dracula?", "Bram Stoker wrote the novel Dracula in 1897."),
    ("Who wrote the novel Middlemarch?", "George Eliot wrote the novel Middlemarch in 1871."),
    ("Who wrote the novel Ulysses?", "James Joyce wrote the novel Ulysses in 1922."),
    ("Who wrote the novel Beloved?", "Toni Morrison wrote the novel Beloved in 1987."),
]


def data(rows=ROWS):
    return [{"instruction": asked, "input": "", "output": said} for asked, said in rows]


def asks(*stems: str, likes: str = ""):
    """A model that writes the same stems to everything, and finds texts likely that have `likes` in them."""
    asked: list[Request] = []

    def answer(request: Request) -> Reply:
        asked.append(request)
        if request.kind != "score":
            stem = stems[request.sample % len(stems)] if stems else "?"
            opening = request.prompt.rpartition("Question:")[2].strip()
            return Reply(text=stem.removeprefix(opening).strip() or "?")
        silent = "What does the text say?" in request.prompt
        known = likes and likes in request.continuation
        return Reply(text="", scores=(TokenScore("t", -5.0 if silent else -0.5 if known else -2.0),))

    answer.asked = asked  # type: ignore[attr-defined]
    return answer


@pytest.mark.parametrize(
    ("instruction", "given", "output", "needed"),
    [
        ("What is the capital of Norway?", "", "The capital of Norway is Oslo.", True),
        ("Explain how bees make honey.", "", "Bees collect nectar and fan it with their wings.", True),
        ("Write a poem on Oslo.", "", "Oslo is a harbour of light. It was founded in 1048.", False),
        ("Rewrite the sentence.", "He goes home.", "He walks home.", False),
        ("Say whether this is positive.", "I liked it.", "Positive", False),
        ("Summarize the text.", "x" * 80, "The text describes the growth of trade.", False),
    ],
)
def test_need_is_told_by_rule(instruction, given, output, needed):
    assert small.classify(ExaminedRow(instruction=instruction, input=given, output=output)).needed is needed


@pytest.mark.parametrize(
    ("sentence", "facts"),
    [
        ("The first human walked on the Moon in 1969.", [("1969", "year"), ("Moon", "name:1")]),
        ("An adult has 206 bones.", [("206 bones", "number")]),
        ("The tower was designed by Gustave Eiffel.", [("Gustave Eiffel", "name:2")]),
        ("The pancreas produces a digestive juice.", [("digestive juice", "term:s:2")]),
        ("Honey bees have six legs.", [("six legs", "word_number")]),
    ],
)
def test_facts_of_a_statement(sentence, facts):
    found = [(fact.text, fact.kind) for fact in read_statement(sentence, "").facts]
    for fact in facts:
        assert fact in found
    for text, _ in found:
        assert text in sentence


def test_what_the_task_gives_is_no_fact():
    sentence = "The novel Emma was written by Jane Austen."
    assert [f.text for f in read_statement(sentence, "Who is Jane Austen, and what is Emma?").facts] == []


@pytest.mark.parametrize(
    "sentence",
    ["It is large.", "Always wash your hands.", "I think that it is so.", "What is it?", "x = print(1)",
     "Red, green, blue.", "This depends on the town and its age."],
)  # fmt: skip
def test_what_cannot_stand_by_itself_is_no_statement(sentence):
    assert statements_of(sentence) == []


def test_items_of_a_list_are_statements_without_their_marks():
    text = "1. Paris is the capital of France.\n- Rome is the capital of Italy."
    assert statements_of(text) == ["Paris is the capital of France.", "Rome is the capital of Italy."]


def test_the_row_itself_is_a_question_where_it_asks_for_one_fact():
    record = examined(asks(), *data(), config={"profile": "small", "questions": 1}, can_score=True)[0]
    (question,) = record.questions
    assert (question.writer, question.stem) == ("row", "Who wrote the novel Emma?")
    options = dict(zip("ABCD", question.options, strict=True))
    assert options.pop(question.key) == "Jane Austen"
    names = {"Bram Stoker", "George Eliot", "James Joyce", "Toni Morrison"}
    assert set(options.values()) <= names


def test_the_model_writes_the_stem_and_wrong_options_are_of_the_kind():
    world = asks("In which year did Jane Austen write Emma?", likes="1815")
    rows = data([(f"Tell me of {said.split(' wrote')[0]}.", said) for _, said in ROWS])
    record = examined(world, *rows, config={"profile": "small", "questions": 1})[0]
    (question,) = record.questions
    assert (question.writer, question.stem) == ("model", "In which year did Jane Austen write Emma?")
    assert all(option.isdigit() and len(option) == 4 for option in question.options)
    assert question.statement == rows[0]["output"]
    assert record.consistency == "consistent"


@pytest.mark.parametrize(
    ("stem", "reason"),
    [
        ("In which year, 1815 or not, was Emma written?", "stem_contains_key"),
        ("Who is the king of Spain?", "about_something_else"),
        ("Emma and 1815.", "not_a_question"),
    ],
)
def test_a_bad_stem_is_refused_and_the_fact_asked_for_as_a_gap(stem, reason):
    rows = data([(f"Tell me of {said.split(' wrote')[0]}.", said) for _, said in ROWS])
    record = examined(asks(stem), *rows, config={"profile": "small", "questions": 1})[0]
    assert {one.reason for one in record.refused} == {reason}
    (question,) = record.questions
    assert question.writer == "code"
    assert question.stem == "Fill in the gap: Jane Austen wrote the novel Emma in ____."
    without = examined(asks(stem), *rows, config={"profile": "small", "questions": 1, "gaps": False})[0]
    assert without.consistency == "unexaminable"


def test_a_stem_that_another_fact_answers_is_disputed():
    rows = data([(f"Tell me of {said.split(' wrote')[0]}.", said) for _, said in ROWS])
    world = asks("In which year did Jane Austen write Emma?", likes="Emma")
    record = examined(world, *rows, config={"profile": "small", "questions": 1})[0]
    assert "key_disputed" in {one.reason for one in record.refused}


def test_with_documents_the_statements_are_theirs():
    documents = [{"text": "Jane Austen wrote the novel Emma in 1815. Bees make honey from nectar."}]
    config = {"profile": "small", "questions": 1, "reference": "documents"}
    record = examined(asks(), *data(), config=config, documents=documents)[0]
    assert record.passages == ("docs.jsonl:1",)
    assert record.knowledge == "Jane Austen wrote the novel Emma in 1815."


def pool(*texts):
    return pool_of(ExaminedRow(instruction="Tell me.", output=text) for text in texts)


def test_wrong_options_are_never_in_the_row_and_never_alike():
    facts = pool(*(said for _, said in ROWS), "Jane Fairfax wrote the letter in 1816.")
    statement = read_statement("Jane Austen wrote the novel Emma in 1815.", "")
    fact = next(f for f in statement.facts if f.text == "Jane Austen")
    for seed in range(20):
        wrong = facts.like(fact, "Emma by Jane Austen, not by Bram Stoker", random.Random(seed))
        assert wrong is not None
        assert "Bram Stoker" not in wrong
        assert "Jane Fairfax" not in wrong
        assert len(set(wrong)) == 3


def test_numbers_take_over_the_unit_and_the_way_of_writing():
    fact = next(f for f in read_statement("The bridge cost 12,500 dollars.", "").facts if f.kind == "number")
    wrong = FactPool().like(fact, "The bridge cost 12,500 dollars.", random.Random(1))
    assert wrong is not None
    assert all(w.endswith(" dollars") and "," in w for w in wrong)


@given(st.text(max_size=200))
def test_any_text_has_statements_whose_facts_are_in_it(text):
    for sentence in statements_of(text):
        assert sentence in " ".join(text.split("\n")) or sentence in text
        for fact in read_statement(sentence, "").facts:
            assert sentence[fact.start : fact.end] == fact.text
            assert not holds(sentence[: fact.start] + sentence[fact.end :], fact.text)
