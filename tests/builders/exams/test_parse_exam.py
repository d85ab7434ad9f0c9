"""Exams in free form: what is unambiguous is read, what is not fails alone, and no key is ever wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.exams import parse_exam, parse_need

LINES = "A. Bern\nB. Zurich\nC. Geneva\nD. Basel"
STEM = "Question: Which city is the seat of the Swiss government?\n"


def test_an_option_that_reads_like_no_answer_can_be_the_key():
    options = "A. one\nB. two\nC. three\nD. none\n"
    assert letters(f"Question: How many?\n{options}Answer: D) none") == ("D", [])
    assert letters(f"Question: How many?\n{options}Answer: D) none of these is right") == ("", ["unclear_key"])


def letters(text):
    exam = parse_exam(text)
    return "".join(q.answer for q in exam.questions), [f.reason for f in exam.failures]


@pytest.mark.parametrize(
    "text",
    [
        f"{STEM}{LINES}\nAnswer: A",
        f"**Question:** Which city?\n**Options:**\n{LINES}\n**Analysis:** It sits there.\n**Answer:** A",
        f"Question 1: Which city?\r\n{LINES}\r\nCorrect answer: A\r\n".replace("\n", "\r\n"),
        "Q1. Which city?\na) Bern\nb) Zurich\nc) Geneva\nd) Basel\nanswer: a",
        "1. Which city?\n(A) Bern (B) Zurich (C) Geneva (D) Basel\nThe answer is (A).",
        "Question: Which city?\nOptions: A. Bern B. Zurich C. Geneva D. Basel\nKey: A",
        "Question: Which city?\nA. Bern   B. Zurich\nC. Geneva   D. Basel\nAnswer: A. Bern",
        f"Of course, here it is.\n\nWhich city is it?\n{LINES}\n\n(A) because they meet there.\n\nGood luck!",
        f"### Question 1\nWhich city?\n{LINES.replace('A.', '- **A.**')}\n\n**Correct Answer: A. Bern**",
        "Which city is it?\nA. Bern (correct)\nB. Zurich\nC. Geneva\nD. Basel",
        "问题1：哪个城市？\nA．伯尔尼\nB．苏黎世\nC．日内瓦\nD．巴塞尔\n答案：A\n解析：议会在那里。",
        f"{STEM}{LINES}\nExplanation: B is the largest, but A is correct.",
        f"{STEM}{LINES}\n\nA",
        f"{STEM}{LINES}\nAnswer: Bern",
        f"{STEM}{LINES}\nAnswer:\nA",
        '```json\n{"questions": [{"question": "Which?", "options": {"A": "Bern", "B": "Zurich", "C": "Geneva", '
        '"D": "Basel"}, "answer": "A"}]}\n```',
        f"{STEM}{LINES}\nAnswer: A\nAnalysis:\nA. It is the seat.\nB. It is not.\nC. It is not.\nD. It is not.",
    ],
)
def test_one_question_in_many_forms(text):
    assert letters(text) == ("A", [])


def test_options_may_speak_of_options():
    text = "Question: Which are true?\nA. It is wet\nB. It is dry\nC. Both (A) and (B)\nD. Neither\nAnswer: C"
    exam = parse_exam(text)
    assert exam.questions[0].options[2] == "Both (A) and (B)"
    assert exam.questions[0].answer == "C"


def test_a_table_of_keys_at_the_end():
    one = "Question 1: What is it?\nA. a1\nB. a2\nC. a3\nD. a4\n\n"
    two = "Question 2: And that?\nA. b1\nB. b2\nC. b3\nD. b4\n\n"
    assert letters(f"{one}{two}Answers:\n1. B\n2. D") == ("BD", [])
    assert letters(f"{one}{two}Answer key: 1-B, 2-D") == ("BD", [])
    assert letters(f"{one}{two}Answers:\n1. B\n3. D")[0] == ""


def test_text_and_analysis_are_read_whole():
    text = "Noise.\n\n**Question 2:** What is\nthe seat?\nA) x\nB) y\nC) z\nD) w\n\n"
    text += "Answer: B\nAnalysis: It is y.\nReally.\n\nBye"
    (question,) = parse_exam(text).questions
    assert question.question == "What is the seat?"
    assert question.options == ("x", "y", "z", "w")
    assert question.analysis == "It is y. Really."


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ("", "no_key"),
        ("The answer is not B.", "no_key"),
        ("Answer: A or B", "several_keys"),
        ("Answer: (A) and (C)", "several_keys"),
        ("Answer: A. Zurich", "key_text_differs"),
        ("Answer: A common mistake is to say B; it is C", "unclear_key"),
        ("Answer: E", "unclear_key"),
        ("Answer: not B", "unclear_key"),
        ("Answer: all of the above", "unclear_key"),
        ("Answer: A\nAnalysis: so the answer is B", "conflicting_keys"),
        ("Answer: A\nCorrect option: C", "conflicting_keys"),
    ],
)
def test_an_unclear_key_is_a_reason(tail, reason):
    assert letters(f"{STEM}{LINES}\n{tail}") == ("", [reason])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("A. Bern\nB. Zurich\nC. Geneva", "too_few_options"),
        ("A. Bern\nB. Zurich\nC. Geneva\nD. Basel\nE. Chur", "too_many_options"),
        ("A. Bern\nB. bern\nC. Geneva\nD. Basel", "equal_options"),
        ("(A) Both (B) and (C) (B) x (C) y (D) z", "ambiguous_options"),
        ("A. Bern (correct)\nB. Zurich ✓\nC. Geneva\nD. Basel", "several_keys"),
    ],
)
def test_unclear_options_are_a_reason(options, reason):
    assert letters(f"{STEM}{options}\nAnswer: A") == ("", [reason])


def test_a_bad_question_fails_alone():
    bad = "Question 2: Which?\nA. one\nB. two\nC. three\nD. four\nAnswer: A and B\n\n"
    good = "Question {}: Which?\nA. one\nB. two\nC. three\nD. four\nAnswer: C\n\n"
    exam = parse_exam(good.format(1) + bad + good.format(3))
    assert [q.answer for q in exam.questions] == ["C", "C"]
    assert [f.reason for f in exam.failures] == ["several_keys"]
    assert "Question 2" in exam.failures[0].text


words = st.text(st.sampled_from("abcdefghijklmnop "), min_size=2, max_size=20).map(str.strip).filter(bool)
questions = st.tuples(words, st.lists(words, min_size=4, max_size=4, unique=True), st.integers(0, 3), words)


@given(
    exam=st.lists(questions, min_size=1, max_size=4, unique_by=lambda q: tuple(q[1])),
    heading=st.sampled_from(
        ["Question {n}: {q}?", "**Question {n}:** {q}?", "{n}. {q}?", "Q{n}) {q}?", "问题{n}：{q}？"]
    ),
    option=st.sampled_from(["{l}. {o}", "{l}) {o}", "({l}) {o}", "- {l}. {o}", "**{l}.** {o}", "{l}: {o}"]),
    key=st.sampled_from(
        ["Answer: {l}", "**Answer:** ({l})", "The correct answer is {l}.", "Answer: {l}) {o}", "答案：{l}"]
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    gap=st.sampled_from(["\n", "\n\n"]),
    prose=st.sampled_from(["", "Here is your exam.\n\n", "Sure!\n"]),
)
def test_a_key_is_never_wrong(exam, heading, option, key, end, gap, prose):
    text = prose
    for number, (stem, options, right, why) in enumerate(exam, 1):
        text += heading.format(n=number, q=stem) + "\n"
        text += "\n".join(option.format(l=letter, o=o) for letter, o in zip("ABCD", options, strict=True)) + "\n"
        text += key.format(l="ABCD"[right], o=options[right]) + "\nAnalysis: it is so, " + why + gap
    found = parse_exam(text.replace("\n", end))
    assert len(found.questions) + len(found.failures) == len(exam)
    if any(len(word) == 1 for _, options, _, _ in exam for option in options for word in option.split()):
        # "a" as a word or an option may be a letter: there it may give up, but not be wrong.
        assert {f.reason for f in found.failures} <= {"unclear_key", "several_keys", "key_text_differs"}
    else:
        assert not found.failures
    told = {tuple(" ".join(o.split()) for o in options): (stem, options, right) for stem, options, right, _ in exam}
    for question in found.questions:
        stem, options, right = told[question.options]
        assert question.answer == "ABCD"[right]
        assert list(question.options) == [" ".join(o.split()) for o in options]
        assert " ".join(stem.split()) in question.question


@given(st.text(st.sampled_from("ABCDE.():*#\n1 2?answer:isQuestionbecause"), max_size=200))
def test_nothing_breaks_it(text):
    exam = parse_exam(text)
    assert all(q.answer in "ABCD" and len(set(q.options)) == 4 for q in exam.questions)
    assert exam.questions or exam.failures
    parse_need(text)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Yes", True),
        ("No, it does not need factual knowledge.", False),
        ("Needs knowledge: yes", True),
        ('{"needs_knowledge": false, "category": "none"}', False),
        ("This instruction requires factual knowledge of history.", True),
        ("This does not require any external knowledge.", False),
        ("No factual knowledge is needed.", False),
        ("**Answer:** Yes", True),
        ("The task is a rewrite, so no knowledge is required.\nNo", False),
        ("需要：是", True),
        ("maybe", None),
        ("Yes. No.", None),
        ("Yes, no factual knowledge is needed", None),
        ("I cannot tell whether it needs knowledge", None),
        ("", None),
    ],
)
def test_whether_knowledge_is_needed(text, needs):
    assert parse_need(text).needs_knowledge is needs
