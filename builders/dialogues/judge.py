"""What a judge (role "judge") is asked of a dialogue: denials that a rule proposed, and which version is livelier."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ...core.errors import AnswerError
from ...quality.dialogues.contradiction import contradiction_candidates
from ...quality.dialogues.model_checks import CONTRADICTION, Denial
from ...quality.dialogues.talk import talk_of
from .course import Course, Fault
from .draft import Draft, as_text, row_of

COMPARE = "dialogues/compare"
_MOST_CANDIDATES = 4


class Preference(BaseModel):
    """Which of two dialogues a reader would rather go on with."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    reason: str = Field(max_length=400)
    """One sentence."""
    better: Literal["first", "second", "equal"]


async def contradiction_faults(draft: Draft, course: Course) -> list[Fault]:
    """The candidates that a judge calls denials. A judge that gives no usable answer decides nothing."""
    talk = talk_of(row_of(draft.cast, draft.turns))
    candidates = contradiction_candidates(talk)[:_MOST_CANDIDATES] if talk else []

    branches = [course.branch() for _ in candidates]

    async def denied(number: int) -> Fault | None:
        candidate = candidates[number]
        inputs = {"fact": candidate.fact, "clause": candidate.clause, "turn": draft.turns[candidate.turn].text}
        try:
            answer = await branches[number].ask(CONTRADICTION, Denial, inputs, role=course.ctx.role("judge"))
        except AnswerError:
            return None
        if not answer.value.denies:
            return None
        why = f"{candidate.speaker} denies a fact of their own, {candidate.fact!r}: {candidate.clause!r}."
        return Fault("contradicts_fact", why, {"judge": answer.value.reason})

    found = await asyncio.gather(*map(denied, range(len(candidates))))
    course.join(branches, [""] * len(branches))
    return [fault for fault in found if fault is not None]


async def style_preferred(before: Draft, after: Draft, course: Course) -> str | None:
    """Which version a judge prefers, asked in both orders: "after", "before", "tie" (also where the orders disagree).

    None where one of the answers was not usable.
    """
    one, other = as_text(before.turns), as_text(after.turns)
    votes = []
    for first, second, names in ((one, other, ("before", "after")), (other, one, ("after", "before"))):
        try:
            inputs = {"first": first, "second": second}
            answer = await course.ask(COMPARE, Preference, inputs, role=course.ctx.role("judge"))
        except AnswerError:
            return None
        votes.append({"first": names[0], "second": names[1], "equal": "tie"}[answer.value.better])
    return votes[0] if votes[0] == votes[1] else "tie"
