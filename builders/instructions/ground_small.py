"""The `small` profile of `ground`: a model that can only go on with a text.

It continues a few examples with a question to the chunk, several times. The chunk is the answer, so an answer is never
wrong; what can be wrong is the question. Rules reject what can be told from its words. Of the others, those that the
model itself finds likely for the chunk (fit) are shortlisted, and the one whose net gain is highest is kept:

    fit      = log P(question | chunk)
    gain     = log P(answer | question) - log P(answer)
    net gain = min(gain, gain_ceiling) + fit_weight x fit

The gain says that the question leads to this answer, the fit that it is a question one would ask. Counted on 66
passages with 483 questions judged by hand: of the 40 best picks by gain alone 26 were good, by fit alone 34, by both
37.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import Any

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

QUESTION = "ground/question"
ANSWER = "ground/answer"


async def candidates(item: Item, ctx: Context, config: GroundConfig) -> tuple[list[Candidate], list[Prompt]]:
    """All candidates of a chunk, judged; and the prompts they rest on."""
    prompt = ctx.prompts.get(QUESTION, profile="small")
    asked = await asyncio.gather(*(_try(item, ctx, prompt, config, number) for number in range(config.tries)))
    tried = check_questions(asked, item, config, prompt)
    if not ctx.llm.capabilities.score:
        # What the model says most often is what it finds likeliest: a count in place of the fit.
        return keep_best(tried, lambda c: c.notes["asked_times"], config), [prompt]
    scoring = ctx.prompts.get(ANSWER, profile="small")
    return await _ranked(tried, item, ctx, config, prompt, scoring), [prompt, scoring]


def _inputs(item: Item, opening: str = "") -> dict[str, Any]:
    return {"passage": " ".join(item.data["text"].split()), "opening": opening}


async def _try(item: Item, ctx: Context, prompt: Prompt, config: GroundConfig, number: int) -> Candidate:
    opening = config.openings[number % len(config.openings)]
    try:
        answer = await ctx.llm.ask(prompt, inputs=_inputs(item, opening), sample=number)
    except AnswerError as error:
        return replace(failed(number, error), notes={"opening": opening})
    question = f"{opening} {answer.text}".strip()
    return Candidate(number, question, item.data["text"], calls=answer.calls, notes={"opening": opening})


async def _ranked(
    tried: list[Candidate], item: Item, ctx: Context, config: GroundConfig, prompt: Prompt, scoring: Prompt
) -> list[Candidate]:
    before = prompt.render(_inputs(item)).text
    fitting = await asyncio.gather(*(_with_fit(ctx, before, c) for c in alive(tried)))
    fitting.sort(key=lambda c: (-c.notes["fit"], c.number))
    # Even with the highest gain that counts, a question of less fit could not reach the bar: it is not scored.
    least_fit = _least_fit(config)
    able = [c for c in fitting if c.notes["fit"] >= least_fit]
    shortlist = able[: config.shortlist]
    judged = [rejected(c, "unlikely_question") for c in fitting[len(able) :]]
    judged += [rejected(c, "not_shortlisted") for c in able[config.shortlist :]]
    if shortlist:
        part = scored_part(item.data["text"], config.scored_sentences)
        prior = await log_prior(ctx, scoring, part)
        for measured in await asyncio.gather(*(with_gain(ctx, scoring, c, part, prior) for c in shortlist)):
            net = min(measured.notes["gain"], config.gain_ceiling) + config.fit_weight * measured.notes["fit"]
            weighed = noted(measured, {"net_gain": round(net, 4)})
            judged.append(weighed if net >= config.min_net_gain else rejected(weighed, "gain_too_small"))
    return keep_best(updated(tried, judged), lambda c: c.notes["net_gain"], config)


def _least_fit(config: GroundConfig) -> float:
    if not config.fit_weight:
        return -math.inf
    return (config.min_net_gain - config.gain_ceiling) / config.fit_weight


async def _with_fit(ctx: Context, before: str, candidate: Candidate) -> Candidate:
    fit = await ctx.llm.score(before, f" {candidate.question}")
    return noted(candidate, {"fit": round(fit.total, 4)}, fit.calls)
