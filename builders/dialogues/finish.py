"""A draft made a record: what was measured of it, what it may be called, and how it came to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.records import DialogueRecord, StyleSpec
from ...quality.dialogues.engagement import engagement
from ...quality.dialogues.measures import measure
from ...quality.dialogues.persona_use import persona_use
from ...quality.dialogues.signs import signs
from ...quality.dialogues.talk import talk_of
from ..builder import Item
from .course import Course
from .draft import Draft, row_of
from .personality import verify


async def to_record(
    draft: Draft, item: Item, course: Course, styles: Mapping[str, StyleSpec], preferred: str | None
) -> DialogueRecord:
    """The record of a draft that passed; the personality of its speakers is verified here if the options ask for it."""
    talk = talk_of(row_of(draft.cast, draft.turns))
    assert talk is not None
    measures, use = measure(talk), persona_use(talk)
    checks: dict[str, Any] = {
        "repeated_trigrams": round(measures.repeated_trigrams, 4),
        "adjacent_echo": round(measures.adjacent_echo, 4),
        "distinct_2": round(measures.distinct_2, 4),
        "weak_signs": sorted(signs(talk)),
        "persona_coverage": round(use.coverage, 4) if use else None,
        "pasted_facts": len(use.pasted) if use else None,
        "attempts": dict(course.attempts),
    }
    if preferred is not None:
        checks["style_preferred"] = preferred
    if course.config.personality and any(member.traits for member in draft.cast):
        checks["personality"] = await verify(draft, course)
    origin = course.ctx.origin(
        item.data["source"],
        answers=course.answers,
        prompts=course.prompts.values(),
        parents=[member.persona for member in draft.cast],
        notes={
            "plan": draft.plan.number,
            "styles": {speaker: list(spec.aspects) for speaker, spec in styles.items()},
            "style_authors": sorted({example.author for spec in styles.values() for example in spec.examples}),
        },
    )
    return DialogueRecord(
        turns=draft.turns,
        personas=draft.cast,
        plan=draft.plan,
        end_reason=draft.end_reason,
        checks=checks,
        engagement=engagement(talk),
        language=course.config.language,
        group=item.data["group"],
        origin=origin,
    )
