"""emotion and style: turns said again, so that what is felt shows and the speaker's way of talking is heard.

Both keep who speaks, the number of turns, every number and name, and what the turns say of the speakers' lives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...core.records import StyleSpec, Turn
from ...quality.dialogues.wording import has_run, spaced, words
from .course import Course, Fault, Made
from .draft import Draft, check_faults, with_use
from .kept_words import names, numbers, takes_up, things_of
from .materials import Materials, StyleAspect
from .style_features import moved

EMOTION, STYLE = "dialogues/emotion", "dialogues/style"
_LONGER = 2.0
_LONGER_BY = 25
_COPIED_WORDS = 6


class RewrittenTurn(BaseModel):
    """One turn, said again."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    n: int = Field(ge=1)
    """Number of the turn."""
    text: str = Field(min_length=1, max_length=1500)


class Rewritten(BaseModel):
    """What the model is asked for."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    turns: list[RewrittenTurn]


async def add_emotion(draft: Draft, materials: Materials, course: Course) -> Draft | None:
    """The draft with the planned emotions shown; None when that was given up. Without an arc it is handed on."""
    beats = draft.plan.beats[: len(draft.turns)]
    if not any(beat.emotion for beat in beats):
        return draft
    details = {member.speaker: things_of(member) for member in draft.cast}

    def turn_input(at: int, turn: Turn) -> dict[str, Any]:
        feeling = beats[at].emotion
        if feeling is None:
            return {"n": at + 1, "speaker": turn.speaker, "text": turn.text, "emotion": ""}
        strength = {1: "slightly", 2: "clearly", 3: "strongly"}[feeling.intensity]
        cause = feeling.cause
        if beats[at].detail_ids:
            cause = details[turn.speaker].get(beats[at].detail_ids[0], cause)
        return {
            "n": at + 1,
            "speaker": turn.speaker,
            "text": turn.text,
            "emotion": feeling.label,
            "strength": strength,
            "shows": materials.emotions.get(feeling.label, ""),
            "cause": cause,
        }

    def finish(at: int, turn: Turn, text: str) -> Turn:
        return turn.model_copy(update={"text": text, "emotion": beats[at].emotion})

    inputs = {"turns": [turn_input(at, turn) for at, turn in enumerate(draft.turns)]}
    return await _rewrite("emotion", EMOTION, draft, inputs, finish, course)


async def add_style(draft: Draft, styles: Mapping[str, StyleSpec], course: Course) -> Draft | None:
    """The draft in its speakers' styles, each turn with its text before; None when that was given up."""
    if not styles:
        return draft
    inputs = {
        "turns": [{"n": n, "speaker": turn.speaker, "text": turn.text} for n, turn in enumerate(draft.turns, 1)],
        "styles": [
            {
                "speaker": speaker,
                "guidelines": list(spec.guidelines),
                "examples": [e.model_dump() for e in spec.examples],
            }
            for speaker, spec in styles.items()
        ],
    }

    def finish(_at: int, turn: Turn, text: str) -> Turn:
        spec = styles.get(turn.speaker)
        if spec is None:
            return turn
        return turn.model_copy(update={"text": text, "text_before_style": turn.text, "style": spec.name})

    def faults(before: Draft, after: Draft) -> list[Fault]:
        return [fault for speaker, spec in styles.items() for fault in style_faults(speaker, spec, before, after)]

    return await _rewrite("style", STYLE, draft, inputs, finish, course, faults)


def style_faults(speaker: str, spec: StyleSpec, before: Draft, after: Draft) -> list[Fault]:
    """What is wrong with a speaker's turns as a version in their style."""
    pairs = [(b.text, a.text) for b, a in zip(before.turns, after.turns, strict=True) if b.speaker == speaker]
    was, now = [b for b, _ in pairs], [a for _, a in pairs]
    faults = []
    if was == now:
        faults.append(Fault("style_not_applied", f"The turns of {speaker} are as they were."))
    elif spec.features and not moved(spec.features, was, now):
        wanted = ", ".join(f"{f.want} {f.name.replace('_', ' ')}" for f in spec.features)
        faults.append(Fault("style_not_measurable", f"The turns of {speaker} do not show it: wanted are {wanted}."))
    examples = [spaced(words(example.after)) for example in spec.examples]
    for text in now:
        if has_run(words(text), examples, _COPIED_WORDS):
            faults.append(Fault("example_echo", f"A turn copies an example of the style: {text[:80]!r}."))
            break
    return faults


def compose_style(aspects: Sequence[StyleAspect], random: Random, most: int = 2) -> StyleSpec | None:
    """Draw a style: one to `most` aspects of different kinds, their guidelines and examples together."""
    if not aspects:
        return None
    chosen: list[StyleAspect] = []
    for candidate in random.sample(list(aspects), len(aspects)):
        if len(chosen) < most and all(candidate.aspect != other.aspect for other in chosen):
            chosen.append(candidate)
    chosen = chosen[: random.randint(1, most)]
    return StyleSpec(
        name="+".join(sorted(aspect.name for aspect in chosen)),
        guidelines=tuple(aspect.guideline for aspect in chosen),
        examples=tuple(example for aspect in chosen for example in aspect.examples),
        features=tuple(feature for aspect in chosen for feature in aspect.features),
        aspects=tuple(aspect.name for aspect in chosen),
    )


async def _rewrite(
    stage: str,
    prompt: str,
    draft: Draft,
    inputs: Mapping[str, Any],
    finish: Callable[[int, Turn, str], Turn],
    course: Course,
    more_faults: Callable[[Draft, Draft], list[Fault]] | None = None,
) -> Draft | None:
    async def make(reasons: Sequence[str], attempt: int) -> Made[Draft]:
        asked = {**inputs, "reasons": list(reasons)}
        answer = await course.ask(prompt, Rewritten, asked, sample=attempt + 10 * draft.plan.number)
        rewritten: Rewritten = answer.value
        text = "\n".join(turn.text for turn in rewritten.turns)
        if [turn.n for turn in rewritten.turns] != list(range(1, len(draft.turns) + 1)):
            why = f"There must be the same {len(draft.turns)} turns, in their order."
            return Made(draft, [Fault("turns_missing", why)], text, answer.calls)
        turns = tuple(
            _noted(finish(at, old, new.text.strip()), draft, stage, attempt, answer.calls[-1:])
            for at, (old, new) in enumerate(zip(draft.turns, rewritten.turns, strict=True))
        )
        after = Draft(draft.cast, draft.plan, turns, draft.end_reason)
        faults = [*kept_faults(draft, after), *(more_faults(draft, after) if more_faults else [])]
        return Made(after, faults or check_faults(after, course.ctx), after.text(), answer.calls)

    return await course.stage(stage, make)


def _noted(turn: Turn, draft: Draft, stage: str, attempt: int, calls: tuple[str, ...]) -> Turn:
    noted = turn.model_copy(update={"calls": (*turn.calls, *calls), "attempts": {**turn.attempts, stage: attempt + 1}})
    return with_use(noted, draft.member(turn.speaker))


def kept_faults(before: Draft, after: Draft) -> list[Fault]:
    """What a rewrite lost or brought in: numbers, names, facts; or how much longer it is."""
    faults = []
    for at, (old, new) in enumerate(zip(before.turns, after.turns, strict=True), 1):
        changed = numbers(old.text) ^ numbers(new.text)
        if changed:
            faults.append(Fault("number_changed", f"Turn {at} changes a number: {', '.join(sorted(changed))}."))
        lost = {name for name in names(old.text) if name.casefold() not in new.text.casefold()}
        if lost:
            faults.append(Fault("name_lost", f"Turn {at} loses a name: {', '.join(sorted(lost))}."))
        things = things_of(before.member(old.speaker))
        used = {name: things[name] for name in takes_up(old.text, things)}
        gone = set(used) - set(takes_up(new.text, used, share=0.15))
        if gone:
            faults.append(Fault("fact_lost", f"Turn {at} no longer says: {used[min(gone)]!r}."))
        was, now = len(old.text.split()), len(new.text.split())
        if now > _LONGER * was + _LONGER_BY:
            faults.append(Fault("too_long", f"Turn {at} has {now} words where it had {was}."))
    return faults
