"""The small profile of `explore`: one line a call, chosen by log-likelihood, answered in a second call."""

from __future__ import annotations

from typing import Any

import pytest

from corpusmith.builders import Artifact, Context, Item, Rejected
from corpusmith.builders.instructions.explore import Explore
from corpusmith.builders.instructions.explore_drafts import answer_fault, line_fault
from corpusmith.core import InstructionRecord, SourceRow
from corpusmith.llm import LLM, Capabilities, Reply, Request, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

COOKING = {
    "domain": "cooking",
    "description": "everyday meals",
    "tasks": [
        {"name": "store food", "examples": ["How long does cooked rice keep?"]},
        {"name": "bake bread", "examples": ["Why does my dough stay flat and hard?"]},
    ],
}
TRAVEL = {"domain": "travel", "tasks": [{"name": "plan a trip", "examples": ["Where is it warm in March?"]}]}
ANSWER = "Cool the rice within an hour and keep it in a closed box for up to three days."


class Scores(ScriptedBackend):
    """Scores a line by the bread in it: likely under baking, unlikely elsewhere."""

    def __init__(self, lines: list[str], answer: str = ANSWER, *, can_score: bool = True) -> None:
        super().__init__(self._say)
        self.lines = lines
        self.answer = answer
        self.capabilities = Capabilities(score=can_score)

    def _say(self, request: Request) -> str | Reply:
        if request.kind == "score":
            at_home = "bake bread" in request.prompt and "bread" in request.continuation
            return Reply("", scores=(TokenScore("x", -1.0 if at_home else -2.0),))
        return self.lines[request.sample % len(self.lines)] if request.kind == "text" else self.answer


async def build(backend: ScriptedBackend, path: list[str], do: str = "rows", **options: Any) -> list[Any]:
    """The outcomes of the first item of the given kind for the given node."""
    settings = ModelSettings(backend="scripted", model="scripted", schema_retries=0, length_retries=0)
    config = {"profile": "small", "rows": 4, "candidates": 4, "tasks_per_call": 3, **options}
    builder = Explore(Explore.Config.model_validate({"tree_calls": 0 if do == "rows" else 99, **config}))
    llm = LLM(backend, settings, CallStats())
    context = Context({"default": llm}, PromptLibrary(profile="small"), seed=1, builder="explore", version="0")
    rows = [SourceRow(f"d:{i}", row) for i, row in enumerate((COOKING, TRAVEL))]
    items: list[Item] = list(builder.items({"path": rows}))
    item = next(i for i in items if i.data["do"] == do and i.data["path"] == path)
    return [outcome async for outcome in builder.build(item, context)]


async def test_the_likeliest_line_on_its_task_is_answered_and_every_other_one_accounted_for() -> None:
    lines = ["How long must bread rest?", "Where do I buy a cheap train ticket?", "Bread", "Can I bake bread in a pan?"]
    outcomes = await build(Scores(lines), ["cooking", "bake bread"])
    record = next(o for o in outcomes if isinstance(o, InstructionRecord))
    rejected = {o.text: o.reason for o in outcomes if isinstance(o, Rejected)}
    assert (record.instruction, record.output) == ("How long must bread rest?", ANSWER)
    assert record.origin.notes == {"gain": 1.0, "own": -1.0, "other": -2.0}
    assert list(record.origin.prompts) == ["explore/instruction", "explore/answer"]
    assert rejected == {
        "Where do I buy a cheap train ticket?": "off_task",
        "Bread": "too_short",
        "Can I bake bread in a pan?": "not_the_best",
    }


async def test_examples_and_repeated_lines_are_not_taken() -> None:
    lines = ["Why does my dough stay flat, and hard?", "May I freeze bread dough?", "may I freeze bread dough?"]
    outcomes = await build(Scores(lines), ["cooking", "bake bread"], candidates=3)
    assert [o.reason for o in outcomes if isinstance(o, Rejected)] == ["repeated_instruction"] * 2
    assert [o.instruction for o in outcomes if isinstance(o, InstructionRecord)] == ["May I freeze bread dough?"]


async def test_a_bad_answer_is_rejected_with_the_question_it_was_for() -> None:
    question = "How long must bread rest?"
    outcomes = await build(Scores([question], "There are three things to know about it:"), ["cooking", "bake bread"])
    last = outcomes[-1]
    assert isinstance(last, Rejected)
    assert last.reason == "answer_unfinished"
    assert last.text == "There are three things to know about it:"
    assert last.evidence["answer_to"] == question
    assert not [o for o in outcomes if isinstance(o, InstructionRecord)]


async def test_without_scores_the_first_usable_line_is_answered() -> None:
    lines = ["No", "Where do I buy a cheap train ticket?", "How long must bread rest?"]
    outcomes = await build(Scores(lines, can_score=False), ["cooking", "bake bread"], candidates=3)
    assert [o.instruction for o in outcomes if isinstance(o, InstructionRecord)] == [lines[1]]
    assert {o.text: o.reason for o in outcomes if isinstance(o, Rejected)} == {
        "No": "too_short",
        lines[2]: "not_the_best",
    }


async def test_sub_tasks_that_are_likelier_elsewhere_are_refused() -> None:
    lines = ["knead bread dough", "book a hotel room", "bread", "my dough stays flat and hard"]
    outcomes = await build(Scores(lines), ["cooking", "bake bread"], do="look", tasks_per_call=4, breadth=(6, 4))
    (artifact,) = outcomes
    assert isinstance(artifact, Artifact)
    assert [f["name"] for f in artifact.data["found"]] == ["knead bread dough"]
    assert {r["name"]: r["why"] for r in artifact.data["refused"]} == {
        "book a hotel room": "off_task",
        "bread": "bad_name",
        "my dough stays flat and hard": "copied_example",
    }


async def test_the_widening_prompt_shows_what_there_is() -> None:
    backend = Scores(["fry eggs in a pan"], can_score=False)
    (artifact,) = await build(backend, ["cooking"], do="widen")
    assert len(artifact.data["calls"]) == 3
    prompt = backend.asked[0].prompt
    assert prompt.endswith("Area: cooking\nTasks:\n- store food\n- bake bread\n-")
    assert "- plan a trip" in prompt


async def test_a_cut_line_is_rejected_with_its_text() -> None:
    backend = ScriptedBackend(lambda r: Reply("How long is a piece of", finish_reason="length"))
    outcomes = await build(backend, ["cooking", "bake bread"], candidates=2)
    assert [(o.reason, o.text) for o in outcomes] == [("truncated", "How long is a piece of")] * 2


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("How long does it keep?", None),
        ('Explain the word "affect."', None),
        ("How long?", "too_short"),
        ("How long does it", "unfinished"),
        ("word " * 40 + "?", "too_long"),
    ],
)
def test_lines(text: str, fault: str | None) -> None:
    assert line_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ANSWER, None),
        ("About 12.", "too_short"),
        ("There are three ways to do that:", "unfinished"),
        ("How do I keep cooked rice?", "echo"),
        ("Put it in a box with a lid and put it in a box with a lid.", "repetitive"),
    ],
)
def test_answers(text: str, fault: str | None) -> None:
    assert answer_fault(text, "How do I keep cooked rice?") == fault
