"""Verification of the traits that an expansion gave a persona, by questionnaire over the finished dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import AnswerError
from ...quality.dialogues.personality import PROMPT, Ratings, rate_speaker
from .course import Course
from .draft import Draft


async def verify(draft: Draft, course: Course) -> dict[str, Any]:
    """Speaker -> trait -> what was meant and what came out: {"meant", "score", "items", "agreement", "shown"}."""

    async def ask(inputs: Mapping[str, Any], sample: int) -> Ratings | None:
        try:
            answer = await course.ask(PROMPT, Ratings, inputs, sample=sample, role=course.ctx.role("judge"))
        except AnswerError:
            return None
        found: Ratings = answer.value
        return found

    found: dict[str, Any] = {}
    for member in draft.cast:
        if not member.traits:
            continue
        lines = [turn.text for turn in draft.turns if turn.speaker == member.speaker]
        scores = await rate_speaker(lines, [trait.name for trait in member.traits], (), ask)
        found[member.speaker] = {
            trait.name: {
                "meant": trait.level,
                "score": score.score,
                "items": score.items,
                "agreement": score.agreement,
                "shown": None if score.level is None else score.level == trait.level,
            }
            for trait, score in zip(member.traits, scores, strict=True)
        }
    return found
