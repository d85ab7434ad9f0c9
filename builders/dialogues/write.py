"""write: a plan made into turns, by one call for the whole dialogue or by two agents in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...core.errors import AnswerError
from ...core.records import Beat, CastMember, DialoguePlan, Turn
from ...core.records.dialogue import EndReason
from ...quality.check import Row
from ...quality.checks.refusal import Refusal
from .course import Course, Fault, Made
from .draft import Draft, as_text, check_faults, opening_fault, with_use
from .judge import contradiction_faults
from .kept_words import things_of
from .retrieve import retrieve

WHOLE, TURN = "dialogues/write", "dialogues/turn"
_CHARACTERS_PER_TOKEN = 3.5
"""Careful: English has about four characters a token, other languages fewer."""


class WrittenTurn(BaseModel):
    """One turn of a dialogue."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    n: int = Field(ge=1)
    """Number of the beat."""
    text: str = Field(min_length=1, max_length=1200)
    """What is said, without the speaker's label."""


class WholeDialogue(BaseModel):
    """What the model is asked for in mode `whole`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    turns: list[WrittenTurn]


class Spoken(BaseModel):
    """What an agent is asked for in mode `turns`."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    text: str = Field(min_length=1, max_length=1200)
    """What is said, without the speaker's label."""


async def write(cast: tuple[CastMember, CastMember], plan: DialoguePlan, course: Course) -> Draft | None:
    """A dialogue that follows the plan and passes the checks; None when that was given up."""
    make = _whole if course.config.mode == "whole" else _in_turns

    async def attempt(reasons: Sequence[str], number: int) -> Made[Draft]:
        draft, calls, faults = await make(cast, plan, course, reasons, number)
        if not faults:
            faults = [*opening_fault(draft), *check_faults(draft, course.ctx)]
        if not faults and course.config.judge_contradictions:
            faults = await contradiction_faults(draft, course)
        return Made(draft, faults, draft.text(), calls)

    return await course.stage("write", attempt)


async def _whole(
    cast: tuple[CastMember, CastMember], plan: DialoguePlan, course: Course, reasons: Sequence[str], number: int
) -> tuple[Draft, tuple[str, ...], list[Fault]]:
    inputs = {**whole_inputs(cast, plan), "reasons": list(reasons)}
    too_long = _context_fault(course, WHOLE, inputs)
    if too_long:
        return Draft(cast, plan, ()), (), [too_long]
    answer = await course.ask(WHOLE, WholeDialogue, inputs, sample=number + 10 * plan.number)
    written: WholeDialogue = answer.value
    if [turn.n for turn in written.turns] != list(range(1, len(plan.beats) + 1)):
        why = f"There must be one turn for each of the {len(plan.beats)} beats, in their order."
        text = tuple(Turn(speaker="", text=turn.text) for turn in written.turns)
        return Draft(cast, plan, text), answer.calls, [Fault("turns_missing", why, {"turns": len(written.turns)})]
    offered = {m.speaker: tuple(i for b in plan.beats if b.speaker == m.speaker for i in b.detail_ids) for m in cast}
    turns = tuple(
        with_use(
            Turn(
                speaker=beat.speaker,
                text=turn.text.strip(),
                facts_offered=offered[beat.speaker],
                calls=answer.calls[-1:],
                attempts={"write": number + 1},
            ),
            _of(cast, beat.speaker),
        )
        for beat, turn in zip(plan.beats, written.turns, strict=True)
    )
    return Draft(cast, plan, turns), answer.calls, []


def whole_inputs(cast: Sequence[CastMember], plan: DialoguePlan) -> dict[str, Any]:
    """What the prompt for a whole dialogue needs, but for the reasons of a second try."""
    things = {member.speaker: things_of(member) for member in cast}
    people = [
        {
            "name": member.speaker,
            "summary": member.summary or " ".join(fact.text for fact in member.facts),
        }
        for member in cast
    ]
    beats = [
        {
            "n": at,
            "speaker": beat.speaker,
            "intent": beat.intent,
            "details": [things[beat.speaker][name] for name in beat.detail_ids],
        }
        for at, beat in enumerate(plan.beats, 1)
    ]
    return {"setting": plan.setting, "people": people, "beats": beats}


async def _in_turns(
    cast: tuple[CastMember, CastMember], plan: DialoguePlan, course: Course, reasons: Sequence[str], number: int
) -> tuple[Draft, tuple[str, ...], list[Fault]]:
    turns: list[Turn] = []
    calls: tuple[str, ...] = ()
    for at, beat in enumerate(plan.beats):
        member = _of(cast, beat.speaker)
        inputs, offered = _turn_inputs(member, plan, at, turns, course, reasons)
        too_long = _context_fault(course, TURN, inputs)
        if too_long:
            enough = len(turns) >= course.config.min_turns
            return Draft(cast, plan, tuple(turns), "budget"), calls, [] if enough else [too_long]
        turn, fault, spent = await _speak(beat, inputs, offered, turns, course, number)
        calls += spent
        if turn is None:
            end: EndReason = "refused" if fault and fault.reason in ("refused", "refusal") else "loop"
            return Draft(cast, plan, tuple(turns), end), calls, [fault] if fault else []
        turns.append(with_use(turn, member))
    return Draft(cast, plan, tuple(turns)), calls, []


def _turn_inputs(
    member: CastMember, plan: DialoguePlan, at: int, turns: Sequence[Turn], course: Course, reasons: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    beat, things = plan.beats[at], things_of(member)
    said_before = tuple(name for turn in turns if turn.speaker == member.speaker for name in turn.facts_used)
    last = turns[-1].text if turns else plan.setting
    offered = retrieve(things, beat.detail_ids, last, said_before, course.config.offered)
    inputs = {
        "setting": plan.setting,
        "summary": member.summary or " ".join(fact.text for fact in member.facts),
        "details": [things[name] for name in offered],
        "history": [{"you": turn.speaker == member.speaker, "text": turn.text} for turn in turns],
        "intent": beat.intent,
        "last": at == len(plan.beats) - 1,
        "reasons": list(reasons),
    }
    return inputs, offered


async def _speak(
    beat: Beat, inputs: dict[str, Any], offered: tuple[str, ...], turns: Sequence[Turn], course: Course, number: int
) -> tuple[Turn | None, Fault | None, tuple[str, ...]]:
    """One turn of one agent, tried again while it says nothing new; the fault if it never does."""
    spent: tuple[str, ...] = ()
    fault: Fault | None = None
    for attempt in range(1 + course.config.retries):
        reasons = [*inputs["reasons"], *([fault.why] if fault else [])]
        sample = attempt + 10 * number + 100 * course.plan
        try:
            answer = await course.ask(TURN, Spoken, {**inputs, "reasons": reasons}, sample=sample)
        except AnswerError as error:
            fault, spent = Fault(error.reason, error.message), (*spent, *error.calls)
            if error.reason == "refused":
                break
            continue
        spent = (*spent, *answer.calls)
        text = answer.value.text.strip()
        fault = turn_fault(text, turns)
        if fault is None:
            tries = {"write": number + 1, "turn": attempt + 1}
            turn = Turn(speaker=beat.speaker, text=text, facts_offered=offered, calls=answer.calls[-1:], attempts=tries)
            return turn, None, spent
        course.reject("turn", attempt, [fault], f"{as_text(turns)}\n{beat.speaker}: {text}", answer.calls)
    return None, fault, spent


def turn_fault(text: str, turns: Sequence[Turn]) -> Fault | None:
    """What makes a single turn useless whatever comes after it: it refuses, or says what was said before."""
    finding = Refusal().judge([Row(0, "turn", {"output": text})])[0]
    if finding.value:
        return Fault("refusal", "The turn declines to speak; it is to be spoken as the person would speak.")
    same = " ".join(text.casefold().split())
    if any(" ".join(turn.text.casefold().split()) == same for turn in turns):
        return Fault("said_before", f"This was said before, word for word: {text[:80]!r}.")
    return None


def _context_fault(course: Course, name: str, inputs: dict[str, Any]) -> Fault | None:
    limit = course.config.context or course.ctx.llm.settings.context
    if limit is None:
        return None
    prompt = course.ctx.prompts.get(name, profile=course.config.profile)
    rendered = prompt.render(inputs)
    size = len(rendered.text) + sum(len(str(message["content"])) for message in rendered.messages)
    wanted = round(size / _CHARACTERS_PER_TOKEN) + int(prompt.sampling.get("max_tokens") or 0)
    if wanted <= limit:
        return None
    why = f"About {wanted} tokens with the answer do not fit the model's context of {limit}."
    return Fault("longer_than_context", why, {"tokens": wanted, "context": limit})


def _of(cast: Sequence[CastMember], speaker: str) -> CastMember:
    return next(member for member in cast if member.speaker == speaker)
