"""A candidate of `ground`: one question with its answer, and what becomes of it. Steps take and give lists of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core import InstructionRecord
from ...core.errors import AnswerError
from ...llm import Likelihood
from ...prompts import Prompt
from ..builder import Context, Item, Outcome, Rejected
from .chunks import sentences, words
from .ground_options import GroundConfig
from .grounding import content_words, example_echo, given_away, question_fault, same_question, tidy

_SAYS_SOMETHING = 5
"""Words that the scored part of an answer has at least, if the answer has them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One try. Nothing speaks against it as long as `fault` is None."""

    number: int
    """0-based; also the number of the sample it was asked as."""
    question: str
    answer: str
    calls: tuple[str, ...] = ()
    """Keys of the calls it rests on."""
    fault: str | None = None
    raw: str | None = None
    """The reply itself, where it was none that could be used."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What was measured: fit, gain, mark ..."""


def failed(number: int, error: AnswerError) -> Candidate:
    """A candidate that got no usable answer."""
    return Candidate(number, "", "", calls=error.calls, fault=error.reason, raw=error.raw)


def rejected(candidate: Candidate, reason: str) -> Candidate:
    """The candidate with what speaks against it."""
    return replace(candidate, fault=reason)


def noted(candidate: Candidate, notes: Mapping[str, Any], calls: Sequence[str] = ()) -> Candidate:
    """The candidate with further measurements and the calls they took."""
    return replace(candidate, notes={**candidate.notes, **notes}, calls=(*candidate.calls, *calls))


def alive(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that nothing speaks against."""
    return [c for c in candidates if c.fault is None]


def updated(candidates: Sequence[Candidate], changed: Sequence[Candidate]) -> list[Candidate]:
    """All candidates in their order, the changed ones in their new state."""
    new = {c.number: c for c in changed}
    return [new.get(c.number, c) for c in candidates]


def check_questions(
    candidates: Sequence[Candidate], item: Item, config: GroundConfig, prompt: Prompt
) -> list[Candidate]:
    """Apply the rules to every question; of equal ones only the first goes on, and notes how often it was asked."""
    out = [c if c.fault else _checked(c, item, config, prompt) for c in candidates]
    times: dict[str, int] = {}
    for c in alive(out):
        key = same_question(c.question)
        times[key] = times.get(key, 0) + 1
    seen: set[str] = set()
    for i, c in enumerate(out):
        if c.fault is None:
            key = same_question(c.question)
            out[i] = rejected(c, "repeated_candidate") if key in seen else noted(c, {"asked_times": times[key]})
            seen.add(key)
    return out


def _checked(candidate: Candidate, item: Item, config: GroundConfig, prompt: Prompt) -> Candidate:
    data, limits = item.data, config.limits()
    question = tidy(candidate.question)
    fault = question_fault(question, f"{data['title']}\n{data['text']}", limits, language=data["language"])
    if fault is None and example_echo(question, prompt.text):
        fault = "example_echo"
    if fault is None and given_away(question, candidate.answer) > limits.max_given_away:
        fault = "gives_answer_away"
    return replace(candidate, question=question, fault=fault)


def keep_best(
    candidates: Sequence[Candidate], rank: Callable[[Candidate], Any], config: GroundConfig
) -> list[Candidate]:
    """Let the best ones stand, as many as are wanted of a chunk and not too like each other; reject the rest."""
    kept: list[set[str]] = []
    losers: list[Candidate] = []
    for c in sorted(alive(candidates), key=lambda c: (rank(c), -c.number), reverse=True):
        about = set(content_words(c.question))
        if len(kept) == config.questions_per_chunk:
            losers.append(rejected(c, "not_best"))
        elif any(len(about & other) > config.max_likeness * len(about | other) for other in kept):
            losers.append(rejected(c, "like_another_question"))
        else:
            kept.append(about)
    return updated(candidates, losers)


def scored_part(answer: str, count: int) -> str:
    """The first `count` sentences of an answer, or more until they hold five words."""
    spans = sentences(answer)
    for _, end in spans[count - 1 :]:
        part = answer[spans[0][0] : end]
        if len(words(part)) >= _SAYS_SOMETHING:
            return part
    return answer.strip()


async def log_prior(ctx: Context, prompt: Prompt, part: str) -> Likelihood:
    """The prior, log P(answer): of the part that is scored, after no question."""
    return await ctx.llm.score(prompt.render({"question": ""}).text, f" {part}")


async def with_gain(ctx: Context, prompt: Prompt, candidate: Candidate, part: str, prior: Likelihood) -> Candidate:
    """Note the gain, log P(answer | question) - log P(answer), in nats, of the part of the answer that is scored."""
    scored = await ctx.llm.score(prompt.render({"question": candidate.question}).text, f" {part}")
    measured = {"gain": round(scored.total - prior.total, 4), "log_answer": round(scored.total, 4)}
    return noted(candidate, measured, (*prior.calls, *scored.calls))


def outcomes(candidates: Sequence[Candidate], item: Item, ctx: Context, prompts: Sequence[Prompt]) -> Iterator[Outcome]:
    """Every candidate, in order, as what it became: a record, or rejected with its reason."""
    data = item.data
    place = {"start": data["start"], "end": data["start"] + len(data["text"])}
    for c in candidates:
        notes = {**c.notes, "candidate": c.number}
        if c.fault is not None:
            if c.raw is None and c.answer != data["text"]:
                notes["answer"] = c.answer
            said = c.question if c.raw is None else c.raw
            yield Rejected(c.fault, said, source=data["source"], calls=c.calls, evidence=notes)
            continue
        origin = ctx.origin(data["source"], prompts=prompts, notes={**notes, "chunk": place})
        yield InstructionRecord(
            instruction=c.question,
            output=c.answer,
            context=data["text"],
            task=tuple(data["task"]),
            language=data["language"],
            origin=origin.model_copy(update={"calls": c.calls}),
        )
