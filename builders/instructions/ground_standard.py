"""The `standard` profile of `ground`: a model that follows instructions writes question and answer as JSON.

Every candidate asks about another side of the chunk. Rules come first, since they cost nothing: the question by its
words, the answer by how many of its words the chunk supports. A judge (role "judge") then says whether the answer
follows from the chunk, whether it answers the question, and whether the question can be understood without the chunk.
Where the backend can score, the gain log P(answer | question) - log P(answer) ranks what is left; otherwise the
judge's mark does.
"""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, ConfigDict, Field

from ...core.errors import AnswerError
from ...prompts import Prompt
from ..builder import Context, Item
from .ground_candidates import (
    Candidate,
    alive,
    check_questions,
    failed,
    keep_best,
    log_prior,
    noted,
    rejected,
    scored_part,
    updated,
    with_gain,
)
from .ground_options import GroundConfig
from .grounding import support

QUESTION = "ground/question"
JUDGE = "ground/judge"
ANSWER = "ground/answer"


class Pair(BaseModel):
    """What the writer is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    question: str = Field(min_length=1, max_length=400)
    """A question that the text answers."""
    answer: str = Field(min_length=1, max_length=2000)
    """Its answer, from the text alone."""


class Grade(BaseModel):
    """What the judge is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(max_length=600)
    """One sentence on what is wrong, or that nothing is."""
    supported: bool
    """Every statement of the answer follows from the text."""
    answered: bool
    """The answer answers the question."""
    clear: bool
    """The question can be understood by someone who has not seen the text."""
    mark: int = Field(ge=1, le=5)
    """1 useless ... 5 right, natural and useful."""


async def candidates(item: Item, ctx: Context, config: GroundConfig) -> tuple[list[Candidate], list[Prompt]]:
    """All candidates of a chunk, judged; and the prompts they rest on."""
    writing, judging = ctx.prompts.get(QUESTION, profile="standard"), ctx.prompts.get(JUDGE, profile="standard")
    tried = list(await asyncio.gather(*(_try(item, ctx, writing, config, n) for n in range(config.tries))))
    tried = check_questions(tried, item, config, writing)
    tried = [_supported(c, item, config) for c in tried]
    tried = updated(tried, await asyncio.gather(*(_graded(c, item, ctx, judging, config) for c in alive(tried))))
    if not ctx.llm.capabilities.score:
        return keep_best(tried, lambda c: c.notes["mark"], config), [writing, judging]
    scoring = ctx.prompts.get(ANSWER, profile="standard")
    tried = updated(tried, await asyncio.gather(*(_weighed(c, ctx, scoring, config) for c in alive(tried))))
    return keep_best(tried, lambda c: c.notes["gain"], config), [writing, judging, scoring]


async def _try(item: Item, ctx: Context, prompt: Prompt, config: GroundConfig, number: int) -> Candidate:
    angle = config.angles[number % len(config.angles)]
    inputs = {"passage": item.data["text"], "title": item.data["title"], "angle": angle}
    try:
        answer = await ctx.llm.ask(prompt, Pair, inputs=inputs, sample=number)
    except AnswerError as error:
        return noted(failed(number, error), {"angle": angle})
    pair: Pair = answer.value
    return Candidate(number, pair.question, pair.answer.strip(), calls=answer.calls, notes={"angle": angle})


def _supported(candidate: Candidate, item: Item, config: GroundConfig) -> Candidate:
    if candidate.fault is not None:
        return candidate
    share = support(candidate.answer, f"{item.data['title']}\n{item.data['text']}")
    measured = noted(candidate, {"support": round(share, 4)})
    return measured if share >= config.min_support else rejected(measured, "answer_not_in_text")


async def _graded(candidate: Candidate, item: Item, ctx: Context, prompt: Prompt, config: GroundConfig) -> Candidate:
    inputs = {"passage": item.data["text"], "question": candidate.question, "answer": candidate.answer}
    try:
        answer = await ctx.role("judge").ask(prompt, Grade, inputs=inputs, sample=candidate.number)
    except AnswerError as error:
        # Without a judgement there is no mark; a silent judge is never a low mark.
        unjudged = noted(candidate, {"judge_said": error.raw}, error.calls)
        return rejected(unjudged, f"judge_{error.reason}")
    grade: Grade = answer.value
    graded = noted(candidate, {"mark": grade.mark, "judge": grade.reason}, answer.calls)
    if not grade.supported:
        return rejected(graded, "answer_not_in_text")
    if not grade.answered:
        return rejected(graded, "question_not_answered")
    if not grade.clear:
        return rejected(graded, "unresolved_reference")
    return graded if grade.mark >= config.min_mark else rejected(graded, "mark_too_low")


async def _weighed(candidate: Candidate, ctx: Context, prompt: Prompt, config: GroundConfig) -> Candidate:
    part = scored_part(candidate.answer, config.scored_sentences)
    prior = await log_prior(ctx, prompt, part)
    weighed = await with_gain(ctx, prompt, candidate, part, prior)
    return weighed if weighed.notes["gain"] >= config.min_gain else rejected(weighed, "gain_too_small")
