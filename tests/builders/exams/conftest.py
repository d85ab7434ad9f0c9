"""A small world for examinations: towns on rivers, a writer that knows all of them, and a target that knows some."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpusmith.builders import Context
from corpusmith.builders.exams.exam import Exam
from corpusmith.core import SourceRow
from corpusmith.core.errors import EndpointError
from corpusmith.core.records.exam import ExamRecord
from corpusmith.llm import LLM, Capabilities, Reply, Request, TokenScore
from corpusmith.llm.backends.scripted import ScriptedBackend, prompt_text
from corpusmith.llm.settings import ModelSettings
from corpusmith.llm.stats import CallStats
from corpusmith.prompts import PromptLibrary

Paper = Callable[[str, int], list[dict[str, Any]]]


def question(town: str, number: int, **changes: Any) -> dict[str, Any]:
    """A good question on a town."""
    good = {
        "stem": f"Which of its rivers, number {number}, does {town} name first?",
        "right": f"Right {town} {number}",
        "wrong": [f"Wrong {town} {number} {letter}" for letter in "xyz"],
        "analysis": "It is written down.",
    }
    return {**good, **changes}


def usual(town: str, count: int) -> list[dict[str, Any]]:
    return [question(town, number) for number in range(count)]


@dataclass
class World:
    """Writer, judge and target in one: what they are asked, they tell apart by the prompt's first words."""

    knows: Sequence[str] = ()
    """Towns that the target knows."""
    paper: Paper = usual
    """Town, number of questions wanted -> what the writer hands in."""
    ruling: Callable[[str, str], list[str]] | None = None
    """Stem, letter of the right option -> the letters that the judge finds right; None: that letter."""
    need: Callable[[str], Any] | None = None
    """The row's text -> the classifier's answer; None: poems need none, anything else does."""
    statements: Sequence[dict[str, Any]] = ()
    unsupported: Sequence[int] = ()
    room: int | None = None
    """Characters that the target can take."""
    letter: str | None = None
    """What the target says to every question."""
    free: bool = False
    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        """Answer."""
        self.asked.append(request)
        text = prompt_text(request)
        if request.kind == "score" or "You take a multiple-choice exam" in text:
            return self._target(request, text)
        stages = {
            "You sort training examples": self._need,
            "You write short reference texts": lambda t: f"{town_of(t)} lies on a river of its own.",
            "You write multiple-choice questions": self._paper,
            "You check exam questions": self._ruling,
            "You take facts out of sources": lambda _: {"statements": list(self.statements)},
            "You check statements": lambda _: {"reason": "so", "unsupported": list(self.unsupported)},
        }
        said = next(answer(text) for begin, answer in stages.items() if begin in text)
        return Reply(text=said if isinstance(said, str) else json.dumps(said))

    def _need(self, text: str) -> Any:
        row = text[text.rindex("The example to be sorted") :]
        if self.need is not None:
            return self.need(row)
        needed = "poem" not in row
        return {"reason": "so", "needs_knowledge": needed, "category": "places" if needed else "none", "queries": []}

    def _paper(self, text: str) -> Any:
        match = re.search(r"Write (\d+) multiple-choice", text)
        assert match is not None
        paper = self.paper(town_of(text), int(match[1]))
        if not self.free:
            return {"questions": paper}
        return "\n\n".join(
            "Question: {}\nA. {}\nB. {}\nC. {}\nD. {}\nAnswer: B".format(
                q["stem"], q["wrong"][0], q["right"], *q["wrong"][1:]
            )
            for q in paper
        )

    def _ruling(self, text: str) -> Any:
        right = shown_letter(text, "Right")
        stem = text[text.index("Question: ") + 10 :].split("\n")[0]
        return {"reason": "so", "right": self.ruling(stem, right) if self.ruling else [right]}

    def _target(self, request: Request, text: str) -> Reply:
        if self.room is not None and len(text) > self.room:
            raise EndpointError("it does not fit", kind="prompt_too_long")
        last = text[text.rindex("Question: ") :]
        known = any(town in last.split("\n")[0] for town in self.knows)
        if request.kind == "score" and re.fullmatch(r" [A-D]", request.continuation):
            wanted = self.letter or shown_letter(last, "Right" if known else "Wrong")
            return score(-0.1 if request.continuation.strip() == wanted else -3.0)
        if request.kind == "score":
            return score(-0.1 if request.continuation.startswith(" Right" if known else " Wrong") else -3.0)
        said = self.letter or shown_letter(last, "Right" if known else "Wrong")
        return Reply(text=said if self.free else json.dumps({"answer": said}))


def score(logprob: float) -> Reply:
    return Reply(text="", scores=(TokenScore("t", logprob),))


def town_of(text: str) -> str:
    """The last town that a prompt names."""
    return re.findall(r"\bTown\d+\b", text)[-1]


def shown_letter(text: str, begins: str) -> str:
    """The letter of the first option that begins so."""
    match = re.search(rf"^([A-D])\. {begins}", text, re.MULTILINE)
    assert match is not None, text
    return match[1]


def context(world: World, *, can_score: bool = True, structured: str = "json_schema", seed: int = 5) -> Context:
    """All roles played by the world."""
    backend = ScriptedBackend(world)
    backend.capabilities = Capabilities(score=can_score)
    settings = ModelSettings(
        backend="scripted", model="scripted", schema_retries=0, length_retries=0, structured=structured
    )
    llm = LLM(backend, settings, CallStats())
    return Context({"default": llm}, PromptLibrary(), seed=seed, builder="exam", version="0")


def row(town: str, **changes: Any) -> dict[str, Any]:
    """A row that needs knowledge."""
    return {"instruction": f"On which river does {town} lie?", "input": "", "output": f"{town} lies on it.", **changes}


def examined(
    world: World,
    *rows: dict[str, Any],
    config: dict[str, Any] | None = None,
    documents: Sequence[dict[str, Any]] | None = None,
    **how: Any,
) -> list[ExamRecord]:
    """The records of some rows."""
    builder = Exam(Exam.Config.model_validate(config or {}))
    sources = {"path": [SourceRow(f"rows.jsonl:{n}", one) for n, one in enumerate(rows, 1)]}
    if documents is not None:
        sources["documents"] = [SourceRow(f"docs.jsonl:{n}", one) for n, one in enumerate(documents, 1)]
    ctx = context(world, **how)

    async def build() -> list[Any]:
        return [record for item in builder.items(sources) async for record in builder.build(item, ctx)]

    return asyncio.run(build())
