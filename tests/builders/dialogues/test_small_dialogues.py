"""The `small` profile: lines picked by rules and likelihood; what the model wrote and what was written by hand."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.builders.dialogues.small_rules import Subject, line_fault, tidy_line
from corpusmith.llm import Reply, TokenScore

OPTIONS = {"profile": "small", "min_turns": 8, "max_turns": 8, "facts_used": 3, "starts_per_fact": 1, "candidates": 2}
FACTS = {"clocks": "I repair old clocks in a small workshop.", "bees": "I keep bees behind my garage."}
SUBJECT = Subject(about=(FACTS["bees"],), facts=(FACTS["bees"], "I used to be a tax lawyer."))


class LineModel:
    """Goes on with a line about the fact at the end of the prompt; `other` writes another in its place."""

    def __init__(self, other=None):
        self.other = other
        self.n = 0

    def __call__(self, request):
        if request.kind == "score":
            here = request.prompt.rpartition("\n\n")[2]
            told = {w.strip(".,?!").lower() for w in request.continuation.split() if len(w) > 4}
            near = len(told & {w.strip(".,?!").lower() for w in here.split()})
            return Reply(text="", scores=(TokenScore("x", -3.0 + near),))
        block = request.prompt.rpartition("\n\n")[2]
        kind, start = block.rpartition("\n")[2].split(":", 1)
        self.n += 1
        said = self.other(kind, start.strip(), block, self.n) if self.other else None
        return said or self.line(kind, block)

    def line(self, kind, block):
        fact = block.splitlines()[0]
        noun = next(
            w.strip(".") for w in fact.split() if len(w.strip(".")) > 4 and w.strip(".") not in ("small", "there")
        )
        odd = ["lanterns", "thimbles", "gravel", "ribbons", "acorns", "saucers", "pebbles", "feathers"][self.n % 8]
        bees = "bees" in fact or "lawyer" in fact or "Portuguese" in fact
        return {
            "More": f"think of {noun} whenever my sister brings me {odd}.",
            "Question": f"stack your {noun} on top of all those {odd}?"
            if bees
            else f"look after {noun} between two rows of {odd}?",
            "Answer": f"one {noun} a week, the rest is {odd}." if bees else f"by {noun} alone, never with any {odd}.",
        }[kind]


def test_a_dialogue_is_put_together_line_by_line(session):
    made = session(LineModel(), OPTIONS).run()

    (record,) = made.records
    assert len(record.turns) == 8
    assert [t.checks.get("by_hand") for t in record.turns] == [
        "opener", "reply", None, None, "bridge", None, None, "closer"]  # fmt: skip
    assert all(t.emotion is None and t.style is None for t in record.turns)
    asked = [t for t in record.turns if t.text.endswith("?") and "by_hand" not in t.checks]
    assert len(asked) == 2
    assert all(t.checks["gain"] >= 0.1 and t.calls for t in record.turns if "tried" in t.checks)
    assert record.origin.calls
    assert set(record.origin.prompts) == {"dialogues/detail", "dialogues/question", "dialogues/answer"}


def test_it_works_without_scores(session):
    made = session(LineModel(), OPTIONS)
    made.backend.capabilities = type(made.backend.capabilities)(score=False)

    assert len(made.run().records) == 1


def test_the_same_seed_gives_the_same_bytes(session):
    def by_prompt(kind, _start, block, _n):
        model = LineModel()
        model.n = len(block)
        return model.line(kind, block)

    one, other = (session(LineModel(by_prompt), OPTIONS).run().records for _ in range(2))

    assert [json.dumps(r.stored()) for r in one] == [json.dumps(r.stored()) for r in other]


def test_questions_begin_as_the_detail_asks_for_and_answers_as_the_question_does(session):
    begun = {"Question": set(), "Answer": set()}

    def noted(kind, start, block, _n):
        if kind in begun:
            begun[kind].add((block.splitlines()[0].split(". ")[1].split()[0], block.splitlines()[1].split()[1], start))

    starts = {
        "detail_starts": {"future_plan": ["Someday I"], "story": ["Yesterday I"]},
        "question_starts": {"future_plan": ["Will you"], "story": ["Which"]},
        "answer_starts": {"will": ["Not"], "": ["With"]},
        "min_gain": -9,
    }
    session(LineModel(noted), {**OPTIONS, **starts}).run()

    assert begun["Question"] <= {("Someday", "Will", "Will you"), ("Yesterday", "Which", "Which")}
    assert begun["Question"]
    assert begun["Answer"] <= {("Someday", "Will", "Not"), ("Yesterday", "Which", "With")}
    assert begun["Answer"]


def test_a_model_that_loops_gives_rejects_and_no_dialogue(session):
    made = session(LineModel(lambda *_: "don't know what you are talking about."), OPTIONS).run()

    assert made.records == []
    assert [r.reason for r in made.rejected] == ["too_few_details"]


def test_questions_that_fail_cost_the_plan_not_the_run(session):
    def mute(kind, _start, _block, _n):
        return "what about it" if kind == "Question" else None

    made = session(LineModel(mute), OPTIONS).run()

    assert [(r.reason, r.evidence["plan"]) for r in made.rejected] == [("no_line_left", 0), ("no_line_left", 1)]
    assert "No line was left for turn 3" in made.rejected[0].evidence["faults"][0]["why"]


@pytest.mark.parametrize(
    ("kind", "line", "fault"),
    [
        ("detail", "Once I lost the bees in a storm over the river.", None),
        ("detail", "Once I lost the bees in a storm over the", "unfinished"),
        ("detail", "I bees.", "wrong_length"),
        ("detail", "Once I saw bees and bees and went to the river.", "malformed"),
        ("detail", "Once I lost 40 bees in a storm over the river.", "malformed"),
        ("detail", "Once I lost the keys in a storm over the river.", "about_something_else"),
        ("detail", "Every day you keep bees beside the river over there.", "wrong_person"),
        ("detail", "I keep bees behind my garage and a boat.", "said_before"),
        ("detail", "I do not keep any bees behind my old garage.", "denies_fact"),
        ("detail", "Once I bought bees from Norway with my whole family.", "new_name"),
        ("detail", "Once I traded bees with a carpenter from the village.", "example_echo"),
        ("question", "How do you keep the bees warm in winter?", None),
        ("question", "How do I keep the bees warm in winter?", "wrong_person"),
        ("question", "How do you keep the bees warm in winter.", "not_a_question"),
        ("question", "How do you spell the word rhinoceros?", "about_something_else"),
        ("answer", "Only with a blanket and some patience.", None),
        ("answer", "I do not know what the question is.", "says_nothing"),
        ("answer", "No, I never did that.", "says_nothing"),
    ],
)
def test_rules_of_lines(kind, line, fault):
    assert line_fault(kind, line, SUBJECT, "I work as a carpenter.") == fault


@given(st.text(max_size=80), st.sampled_from(["detail", "question", "answer"]))
def test_any_text_has_a_fault_or_none(text, kind):
    found = line_fault(kind, tidy_line(text), SUBJECT, "x")

    assert found is None or found.islower()
