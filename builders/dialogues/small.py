"""The `small` profile of `dialogues`: a model that can only go on with a text, and writes one short line at a time.

Such a model loses the thread within two turns, so it is never handed the whole of it. The plan settles who tells, asks
and answers; each line belongs to one fact and is the continuation of a few examples with that fact. Several lines are
tried; rules sort out what is broken, off its subject, pasted or said before; of the rest the one is taken that the
model finds likeliest for its place, compared with another place (so that a line that fits anywhere does not win).

The opening, the reply to it, the bridges and the closing are lines of the seed data, written by hand; turns that have
some of them say so in their `checks`. There are no stages for emotion and style.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ...core.errors import AnswerError
from ...core.records import Beat, CastMember, Detail, DialoguePlan, Turn
from ...llm import Answer
from .course import Course, Fault
from .draft import Draft, check_faults, with_use
from .kept_words import kept_share
from .materials import Materials, dealt
from .small_rules import Kind, Subject, line_fault, tidy_line

DETAIL, QUESTION, ANSWER = "dialogues/detail", "dialogues/question", "dialogues/answer"
_PROMPTS: Mapping[Kind, str] = {"detail": DETAIL, "question": QUESTION, "answer": ANSWER}
_SHORTLIST = 2
"""Lines, the likeliest ones, that are compared with another place."""
_BLOCK = 3
"""Turns of one topic: told, asked about, answered."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was picked."""

    text: str
    calls: tuple[str, ...]
    measured: Mapping[str, Any] = field(default_factory=dict)


async def pick(
    kind: Kind,
    starts: Sequence[str],
    inputs: Mapping[str, Any],
    elsewhere: Mapping[str, Any],
    subject: Subject,
    course: Course,
    sample: int = 0,
) -> Line | None:
    """Try a line for each start and take the best; None where none is left.

    Args:
        kind: what is written.
        starts: what the tries begin with, one try each.
        inputs: of the prompt.
        elsewhere: inputs of another place, which a line must be less likely for.
        subject: for the rules.
        course: of the dialogue.
        sample: number of the first try, where the same place is tried again.
    """
    ctx, prompt = course.ctx, course.ctx.prompts.get(_PROMPTS[kind], profile="small")
    course.prompts[prompt.name] = prompt
    examples = prompt.render(dict.fromkeys(prompt.inputs, "")).text

    async def one(number: int, start: str) -> tuple[str, Answer | None, str | None]:
        try:
            answer = await ctx.llm.ask(prompt, inputs={**inputs, "start": start}, sample=sample + number)
        except AnswerError as error:
            return "", None, error.reason
        line = tidy_line(f"{start} {answer.text}")
        return line, answer, line_fault(kind, line, subject, examples)

    tried = await asyncio.gather(*(one(number, start) for number, start in enumerate(starts)))
    lost = Counter(fault for _, _, fault in tried if fault is not None)
    left = {line: answer for line, answer, fault in tried if fault is None and answer is not None}
    measured: dict[str, Any] = {"tried": len(starts), "lost": [f"{fault} {n}" for fault, n in sorted(lost.items())]}
    if not left:
        return None
    if not ctx.llm.capabilities.score:
        line, answer = next(iter(left.items()))
        course.answers.append(answer)
        return Line(line, answer.calls, measured)
    here = prompt.render({**inputs, "start": ""}).text.rstrip()
    there = prompt.render({**elsewhere, "start": ""}).text.rstrip()

    own = dict(zip(left, await asyncio.gather(*(ctx.llm.score(here, f" {line}") for line in left)), strict=True))
    # What says more of its fact makes up for being a little less likely.
    fit = {line: own[line].mean + kept_share(subject.about[0], line) for line in left}
    shortlist = sorted(left, key=lambda line: (-fit[line], line))[:_SHORTLIST]
    others = await asyncio.gather(*(ctx.llm.score(there, f" {line}") for line in shortlist))
    gains = {line: own[line].mean - other.mean for line, other in zip(shortlist, others, strict=True)}
    best = min(shortlist, key=lambda line: (-(fit[line] + gains[line]), line))
    if gains[best] < course.config.min_gain:
        return None
    course.answers.append(left[best])
    measured |= {"likelihood": round(own[best].mean, 4), "gain": round(gains[best], 4)}
    calls = (*left[best].calls, *own[best].calls, *others[shortlist.index(best)].calls)
    return Line(best, calls, measured)


async def expand_small(member: CastMember, course: Course) -> CastMember:
    """The member with the details that could be had: for some facts, a line for each of some starts."""
    config = course.config
    random = course.ctx.random(member.persona, "expand")
    facts = random.sample(list(member.facts), min(config.facts_used, len(member.facts)))
    starts = [(facet, start) for facet, given in sorted(config.detail_starts.items()) for start in given]
    jobs = []
    for fact in facts:
        others = [other.text for other in member.facts if other.id != fact.id]
        subject = Subject(about=(fact.text,), facts=tuple(f.text for f in member.facts))
        elsewhere = {"fact": random.choice(others)}
        for facet, start in random.sample(starts, min(config.starts_per_fact, len(starts))):
            tries = [start] * config.candidates
            branch = course.branch()
            job = pick("detail", tries, {"fact": fact.text}, elsewhere, subject, branch)
            jobs.append((fact.id, facet, branch, job))
    lines = await asyncio.gather(*(job for _, _, _, job in jobs))
    course.join([branch for _, _, branch, _ in jobs], [""] * len(jobs))
    details = tuple(
        Detail(id=f"d{n}", facet=facet, text=line.text, grounds=(fact,))
        for n, ((fact, facet, _, _), line) in enumerate(zip(jobs, lines, strict=True), 1)
        if line is not None
    )
    return member.model_copy(update={"details": details})


def plan_small(
    cast: Sequence[CastMember], materials: Materials, course: Course, random: Random, place: int, number: int
) -> DialoguePlan | None:
    """Draw a plan: an opening, topics told in turn, asked about and answered, a closing. None without two topics."""
    seed, config = course.ctx.seed, course.config
    setting = dealt(materials.settings, seed, "settings", place, number)
    opener = dealt([o for o in materials.openers if o.line], seed, "openers", place, number)
    closer = dealt([c for c in materials.closers if c.line], seed, "closers", place, number)
    first = random.choice(range(2))
    decks = [_one_a_fact(member, random) for member in cast]
    wanted = random.randint(max(1, (config.min_turns - 2) // _BLOCK), max(1, (config.max_turns - 2) // _BLOCK))
    beats = [Beat(speaker=cast[first].speaker, intent=f"open: {opener.intent}")]
    for block in range(wanted):
        teller = (first + 1 + block * _BLOCK) % 2
        if not decks[teller]:
            break
        detail, listener = (decks[teller].pop(0),), cast[1 - teller].speaker
        beats.append(Beat(speaker=cast[teller].speaker, intent="tell", detail_ids=detail))
        beats.append(Beat(speaker=listener, intent="ask"))
        beats.append(Beat(speaker=cast[teller].speaker, intent="answer", detail_ids=detail))
    beats.append(Beat(speaker=cast[(first + len(beats)) % 2].speaker, intent=f"close: {closer.intent}"))
    if len(beats) < config.min_turns:
        return None
    return DialoguePlan(
        setting=setting,
        opener=opener.intent,
        closer=closer.intent,
        turn_budget=len(beats),
        beats=tuple(beats),
        seed=seed,
        number=number,
    )


def _one_a_fact(member: CastMember, random: Random) -> list[str]:
    """Ids of details in a drawn order, one for each fact: a fact is told of once."""
    details = random.sample(list(member.details), len(member.details))
    by_fact = {detail.grounds[0]: detail.id for detail in details}
    return list(by_fact.values())


async def write_small(
    cast: tuple[CastMember, CastMember], plan: DialoguePlan, materials: Materials, course: Course, place: int
) -> tuple[Draft, list[Fault]]:
    """The dialogue, line by line; what is wrong with it, if it could not be finished or the checks reject it."""
    turns: list[Turn] = []
    for at, beat in enumerate(plan.beats):
        turn = await _turn(at, beat, cast, plan, turns, materials, course, place)
        if turn is None:
            why = f"No line was left for turn {at + 1}."
            fault = Fault("no_line_left", why, {"intent": beat.intent})
            return Draft(cast, plan, tuple(turns), "error"), [fault]
        member = next(m for m in cast if m.speaker == beat.speaker)
        turns.append(with_use(turn, member))
    draft = Draft(cast, plan, tuple(turns))
    return draft, check_faults(draft, course.ctx)


async def _turn(
    at: int,
    beat: Beat,
    cast: Sequence[CastMember],
    plan: DialoguePlan,
    turns: Sequence[Turn],
    materials: Materials,
    course: Course,
    place: int,
) -> Turn | None:
    seed, number = course.ctx.seed, plan.number
    opener = dealt([o for o in materials.openers if o.line], seed, "openers", place, number)
    if at == 0:
        return Turn(speaker=beat.speaker, text=opener.line, checks={"by_hand": "opener"})
    if at == len(plan.beats) - 1:
        closer = dealt([c for c in materials.closers if c.line], seed, "closers", place, number)
        return Turn(speaker=beat.speaker, text=closer.line, checks={"by_hand": "closer"})
    member = next(m for m in cast if m.speaker == beat.speaker)
    if beat.intent == "tell":
        detail = next(d for d in member.details if d.id == beat.detail_ids[0])
        bridge, hand = (opener.reply, "reply") if at == 1 else (_bridge(materials, seed, place + at, number), "bridge")
        text = f"{bridge} {detail.text}".strip()
        checks = {"by_hand": hand} if bridge else {}
        return Turn(speaker=beat.speaker, text=text, facts_offered=beat.detail_ids, checks=checks)
    line = await (_ask if beat.intent == "ask" else _answer)(at, beat, cast, plan, turns, course)
    if line is None:
        return None
    return Turn(
        speaker=beat.speaker,
        text=line.text,
        facts_offered=beat.detail_ids,
        calls=line.calls,
        checks=dict(line.measured),
    )


def _bridge(materials: Materials, seed: int, number: int, plan: int) -> str:
    return dealt(materials.bridges, seed, "bridges", number, plan) if materials.bridges else ""


async def _ask(
    at: int, beat: Beat, cast: Sequence[CastMember], plan: DialoguePlan, turns: Sequence[Turn], course: Course
) -> Line | None:
    partner = next(m for m in cast if m.speaker != beat.speaker)
    detail = next(d for d in partner.details if d.id == plan.beats[at - 1].detail_ids[0])
    fact = next(f.text for f in partner.facts if f.id == detail.grounds[0])
    known = tuple(f.text for f in partner.facts)
    subject = Subject(about=(fact, detail.text), facts=known, said=tuple(turn.text for turn in turns))
    starts = _starts(course.config.question_starts.get(detail.facet, ("",)), course, at, plan)
    inputs = {"fact": fact, "detail": detail.text}
    return await pick("question", starts, inputs, _elsewhere(partner, fact), subject, course, 100 * plan.number)


async def _answer(
    at: int, beat: Beat, cast: Sequence[CastMember], plan: DialoguePlan, turns: Sequence[Turn], course: Course
) -> Line | None:
    member = next(m for m in cast if m.speaker == beat.speaker)
    partner = next(m for m in cast if m.speaker != beat.speaker)
    detail = next(d for d in member.details if d.id == beat.detail_ids[0])
    fact = next(f.text for f in member.facts if f.id == detail.grounds[0])
    question = turns[-1].text
    subject = Subject(
        about=(fact, detail.text, question),
        facts=tuple(f.text for f in member.facts),
        said=tuple(turn.text for turn in turns),
        partner=tuple(f.text for f in partner.facts),
    )
    begins = course.config.answer_starts
    own = begins.get(question.split()[0].lower()) or begins.get("") or ("",)
    starts = _starts(own, course, at, plan)
    inputs = {"fact": fact, "detail": detail.text, "question": question}
    elsewhere = {**_elsewhere(member, fact), "question": "How do you like it here?"}
    return await pick("answer", starts, inputs, elsewhere, subject, course, 100 * plan.number)


def _starts(given: Sequence[str], course: Course, at: int, plan: DialoguePlan) -> list[str]:
    """Twice as many tries as for a detail: nothing else can stand in for a turn that fails."""
    order = list(given)
    course.ctx.random(course.item.id, f"starts {plan.number} {at}").shuffle(order)
    count = 2 * course.config.candidates
    return [order[n % len(order)] for n in range(count)]


def _elsewhere(member: CastMember, fact: str) -> dict[str, Any]:
    other = next((f.text for f in member.facts if f.text != fact), "I live in a small house.")
    return {"fact": other, "detail": other}
