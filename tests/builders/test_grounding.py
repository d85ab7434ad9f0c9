"""The rules that a question to a passage is held against, and the passages that ship."""

from __future__ import annotations

import string
from importlib.resources import files

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.instructions.chunks import chunks, sentences, words
from corpusmith.builders.instructions.grounding import (
    Limits,
    akin,
    content_words,
    example_echo,
    given_away,
    question_fault,
    support,
    tidy,
)

TEXT = "The Dead Sea\nThe Dead Sea is ten times as salty as the ocean. People float in it because salt makes it dense."


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ("Why do people float in the Dead Sea?", None),
        ("What makes the Dead Sea dense?", None),
        ("How salty is the Dead Sea compared with the ocean?", None),
        ("How do people float in it?", None),
        ("People float in the Dead Sea.", "not_a_question"),
        ("Why float?", "question_too_short"),
        ("Why " + "do people float " * 6 + "?", "question_too_long"),
        ("Why do do people float?", "malformed"),
        ("Why do people float, people of the Dead Sea?", "malformed"),
        ("Why do people float? Why do they?", "malformed"),
        ("What is a ocean?", "malformed"),
        ("What does oceans make?", "malformed"),
        ("How does dense salty oceans work?", "malformed"),
        ("What does the people of the seas do?", None),
        ('What is the "Dead Sea?', "malformed"),
        ("Is the Dead Sea salty?", "yes_no_question"),
        ("How does it make people float?", "unresolved_reference"),
        ("Why do these people float?", "unresolved_reference"),
        ("According to the text, why do people float?", "unresolved_reference"),
        ("What does the author say of the Dead Sea?", "unresolved_reference"),
        ("Why do tourists swim in the Dead Sea?", "about_something_else"),
        ("What is the purpose of life?", "about_something_else"),
        ("Why is the Dead Sea saltier than Utah?", "about_something_else"),
        ("Why is the Dead Sea 30 times as salty?", "about_something_else"),
        ("What is the best way to change it?", "unresolved_reference"),
    ],
)
def test_each_rule_has_its_reason(question, fault):
    assert question_fault(question, TEXT, Limits()) == fault


def test_limits_move_the_lines():
    swim = "Why do tourists swim in the Dead Sea?"
    assert question_fault(swim, TEXT, Limits(max_new_words=2)) is None
    assert question_fault("Is the Dead Sea salty?", TEXT, Limits(yes_no=True)) is None
    assert question_fault("Why float?", TEXT, Limits(min_words=2)) is None


@pytest.mark.parametrize(
    ("question", "language"),
    [("Warum schwimmen Menschen im Toten Meer?", "de"), ("死海为什么咸？", "zh"), ("لماذا يطفو الناس؟", "ar")],
)
def test_other_languages_are_judged_by_marks_and_numbers_only(question, language):
    assert question_fault(question, TEXT, Limits(), language=language) is None
    assert question_fault(question[:-1], TEXT, Limits(), language=language) == "not_a_question"
    with_number = f"{question[:-1]} 77{question[-1]}"
    assert question_fault(with_number, TEXT, Limits(), language=language) == "about_something_else"


@pytest.mark.parametrize(
    ("raw", "tidied"),
    [
        ("  what 's a   bee ?\nQuestion: next", "What's a bee?"),
        ('"How do bees fly?"', "How do bees fly?"),
        ("", ""),
        ("\n\n", ""),
    ],
)
def test_a_reply_is_tidied_into_one_line(raw, tidied):
    assert tidy(raw) == tidied


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("bee", "bees", True),
        ("carry", "carries", True),
        ("navigate", "navigating", True),
        ("salt", "salty", True),
        ("heat", "hear", False),
        ("sun", "sundial", False),
        ("sea", "see", False),
        ("cat", "car", False),
    ],
)
def test_forms_of_one_word_are_akin(a, b, same):
    assert akin(a, b) is akin(b, a) is same


@given(st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=9))
def test_a_word_is_akin_to_itself(word):
    assert akin(word, word)


@given(st.text(max_size=80), st.text(max_size=80))
def test_shares_lie_between_0_and_1(a, b):
    assert 0 <= support(a, b) <= 1
    assert 0 <= given_away(a, b) <= 1
    assert support(a, a) == (1 if content_words(a) else 0)


def test_how_much_of_the_answer_a_question_gives_away():
    answer = "Bees make honey."
    assert given_away("What do bees make?", answer) == pytest.approx(2 / 3)
    assert given_away("Do bees make honey?", answer) == 1
    assert given_away("Who lives in a hive?", answer) == 0


def test_an_example_of_the_prompt_is_recognised_whatever_its_articles():
    prompt = "Passage: Ice floats.\nQuestion: Why does the ice float?\n\nPassage: {{ passage }}\nQuestion:"
    assert example_echo("Why does ice float?", prompt)
    assert not example_echo("Why does ice melt?", prompt)


def test_the_shipped_passages_are_what_the_quick_start_needs():
    folder = files("corpusmith.recipes") / "shipped" / "seeds" / "passages"
    rows = [orjson.loads(line) for line in (folder / "everyday.jsonl").read_bytes().splitlines()]
    assert len(rows) >= 50
    assert len({row["id"] for row in rows}) == len({row["text"] for row in rows}) == len(rows)
    assert len({row["domain"] for row in rows}) >= 3
    for row in rows:
        assert 15 <= len(words(row["text"])) <= 45, row["id"]
        assert len(sentences(row["text"])) == 2, row["id"]
        assert len(chunks(row["text"], 60)) == 1
