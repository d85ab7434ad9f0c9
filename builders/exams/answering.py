"""Stage 4: the target takes the exam, by its letters, by the options' texts, or by writing.

A question is asked in one or several orders of its options. Solved questions are shown in front, as many as fit: a
prompt that is too long for the target is asked again with one less.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict

from ...core import seeded
from ...core.errors import AnswerError, EndpointError, MissingCapability
from ...core.records.exam import LETTERS, ExamAnswer, ExamQuestion, Letter
from ...llm import LLM
from ...prompts import Prompt, PromptLibrary
from ...prompts.exam_material import Demonstration
from .options import ExamConfig, Method
from .parse_answer import parse_answer
from .trail import Trail, is_too_long

STAGE = "answer"
TOO_LONG = "prompt_too_long"
Order = tuple[int, int, int, int]
T = TypeVar("T")


class Choice(BaseModel):
    """What the target is asked for by the method generate."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    answer: Literal["A", "B", "C", "D"]
    """Letter of the right option."""


@dataclass(frozen=True, slots=True)
class Target:
    """The model under examination and how it is asked."""

    llm: LLM
    prompts: PromptLibrary
    method: Method
    demonstrations: Sequence[Demonstration]
    shuffles: int
    seed: int

    @classmethod
    def of(
        cls,
        llm: LLM,
        prompts: PromptLibrary,
        config: ExamConfig,
        demonstrations: Sequence[Demonstration],
        seed: int,
    ) -> Target:
        """The target of a recipe.

        Raises:
            MissingCapability: the method takes log-likelihoods, and the backend gives none. Nothing was sent.
        """
        method = config.way(scores=llm.capabilities.score)
        if method != "generate" and not llm.capabilities.score:
            message = f"builder.method {method!r} takes log-likelihoods, and {llm.settings.backend!r} gives none."
            raise MissingCapability(message, hint="Set builder.method to generate, or use a backend that scores.")
        shuffles = 1 if method == "option" else config.shuffles
        return cls(llm, prompts, method, tuple(demonstrations[: config.demonstrations]), shuffles, seed)

    @property
    def prompt(self) -> Prompt:
        """The prompt of the method."""
        return self.prompts.get(f"exam/{self.method}")

    async def take(self, questions: Sequence[ExamQuestion], trail: Trail) -> tuple[ExamAnswer, ...]:
        """Answer all questions in all orders.

        Raises:
            EndpointError: the endpoint gave no reply. A question that is too long even without demonstrations does not
                raise: its answers have the problem "prompt_too_long".
        """
        asked = [(q, order) for q in questions for order in orders(q, self.shuffles, self.seed)]
        return tuple(await asyncio.gather(*(self._answer(q, order, trail) for q, order in asked)))

    async def _answer(self, question: ExamQuestion, order: Order, trail: Trail) -> ExamAnswer:
        ask = {"letter": self._by_letter, "option": self._by_option, "generate": self._by_writing}[self.method]
        try:
            return await fitting(self.demonstrations, lambda shown: ask(question, order, shown, trail))
        except EndpointError as error:
            if not is_too_long(error):
                raise
            return answered(question, order, None, problem=TOO_LONG)

    async def _by_letter(
        self, question: ExamQuestion, order: Order, shown: Sequence[Demonstration], trail: Trail
    ) -> ExamAnswer:
        inputs = {"demonstrations": shown, "stem": question.stem, "options": [question.options[i] for i in order]}
        text = self.prompt.render(inputs).text
        return await self._likeliest(text, [f" {letter}" for letter in LETTERS], question, order, len(shown), trail)

    async def _by_option(
        self, question: ExamQuestion, order: Order, shown: Sequence[Demonstration], trail: Trail
    ) -> ExamAnswer:
        solved = [{"stem": one.stem, "answer": one.options[LETTERS.index(one.key)]} for one in shown]
        text = self.prompt.render({"demonstrations": solved, "stem": question.stem, "knowledge": ""}).text
        options = [f" {question.options[i]}" for i in order]
        return await self._likeliest(text, options, question, order, len(shown), trail)

    async def _likeliest(
        self, text: str, continuations: Sequence[str], question: ExamQuestion, order: Order, shown: int, trail: Trail
    ) -> ExamAnswer:
        found = await asyncio.gather(*(self.llm.score(text, one) for one in continuations))
        trail.note(STAGE, [key for one in found for key in one.calls], self.prompt)
        scores = tuple(round(one.mean, 4) for one in found)
        return answered(question, order, LETTERS[scores.index(max(scores))], scores=scores, demonstrations=shown)

    async def _by_writing(
        self, question: ExamQuestion, order: Order, shown: Sequence[Demonstration], trail: Trail
    ) -> ExamAnswer:
        free = self.llm.settings.structured == "none"
        options = [question.options[i] for i in order]
        inputs = {"demonstrations": shown, "stem": question.stem, "options": options, "free": free}
        try:
            answer = await self.llm.ask(self.prompt, None if free else Choice, inputs=inputs)
        except AnswerError as error:
            trail.note(STAGE, error.calls, self.prompt)
            return answered(question, order, None, demonstrations=len(shown), problem=error.reason)
        trail.note(STAGE, answer.calls, self.prompt)
        said = parse_answer(answer.text, options) if free else cast("Letter", answer.value.answer)
        problem = "" if said is not None else "no_letter"
        return answered(question, order, said, demonstrations=len(shown), problem=problem)


def answered(
    question: ExamQuestion,
    order: Order,
    said: Letter | None,
    *,
    scores: tuple[float, ...] = (),
    demonstrations: int = 0,
    problem: str = "",
) -> ExamAnswer:
    """What was said to a question, as it is kept."""
    right = said is not None and order[LETTERS.index(said)] == LETTERS.index(question.key)
    return ExamAnswer(
        question=question.id,
        order=order,
        said=said,
        right=right,
        scores=scores,
        demonstrations=demonstrations,
        problem=problem,
    )


def orders(question: ExamQuestion, shuffles: int, seed: int) -> list[Order]:
    """The orders in which a question's options are shown: as they stand, then with the key one place further each time.

    The wrong options are drawn into the other places. The same for every target.
    """
    found: list[Order] = [(0, 1, 2, 3)]
    key = LETTERS.index(question.key)
    for number in range(1, shuffles):
        random: Random = seeded(seed, question.id, "shuffle", number)
        others = [i for i in range(4) if i != key]
        random.shuffle(others)
        others.insert((key + number) % 4, key)
        found.append(cast("Order", tuple(others)))
    return found


async def fitting(demonstrations: Sequence[Demonstration], ask: Callable[[Sequence[Demonstration]], Awaitable[T]]) -> T:
    """Ask with all demonstrations, or with the first few of them if the target cannot take more.

    Raises:
        EndpointError: it fails for another reason, or is too long without any.
    """
    shown = list(demonstrations)
    while True:
        try:
            return await ask(shown)
        except EndpointError as error:
            if not is_too_long(error) or not shown:
                raise
            shown.pop()


def described(target: Target) -> dict[str, Any]:
    """What the exam's figures are to be read with."""
    return {"method": target.method, "shuffles": target.shuffles, "demonstrations": len(target.demonstrations)}
