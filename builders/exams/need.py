"""Stage 1: does answering the instruction take factual knowledge, and of which kind?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ...core.errors import AnswerError
from ...core.records.exam import ExaminedRow
from ...prompts.exam_material import ExamMaterial
from ..builder import Context
from .material import shown
from .parse_need import parse_need
from .trail import UNLABELLED, Stop, Trail

NEED = "exam/need"
STAGE = "classify"
NO_CATEGORY = "none"
_CATEGORY = re.compile(r"^[ *_#>-]*category[ *_]*[:：][ *_]*(?P<name>[\w ]+)", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(r"^[ *_#>-]*reason[ *_]*[:：][ *_]*(?P<text>.+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Need:
    """What the classifier said."""

    needed: bool
    category: str | None = None
    reason: str = ""
    queries: tuple[str, ...] = ()


def need_schema(material: ExamMaterial) -> dict[str, Any]:
    """JSON Schema of the classifier's answer; the reason comes first, so that the verdict rests on it."""
    properties = {
        "reason": {"type": "string", "maxLength": 500},
        "needs_knowledge": {"type": "boolean"},
        "category": {"type": "string", "enum": [*material.categories, NO_CATEGORY]},
        "queries": {"type": "array", "items": {"type": "string", "maxLength": 150}, "maxItems": 3},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


async def classify(
    row: ExaminedRow, ctx: Context, material: ExamMaterial, schema: dict[str, Any], trail: Trail
) -> Need:
    """Ask the model of the role default.

    Raises:
        Stop: the row is unlabelled: it has nothing to classify, or no reply says clearly what it takes.
    """
    prompt = ctx.prompts.get(NEED, profile="standard")
    free = ctx.llm.settings.structured == "none"
    material_shown = shown(row, answer=True)
    inputs = {
        "categories": material.categories,
        "examples": material.examples,
        "parts": material_shown.parts,
        "mark": material_shown.mark,
        "free": free,
    }
    try:
        answer = await ctx.llm.ask(prompt, None if free else schema, inputs=inputs)
    except AnswerError as error:
        raise trail.stopped(UNLABELLED, STAGE, error, prompt) from None
    trail.note(STAGE, answer.calls, prompt)
    if free:
        return _read(answer.text, material)
    said = answer.value
    if not said["needs_knowledge"]:
        return Need(False, reason=said["reason"])
    category = said["category"] if said["category"] in material.categories else None
    return Need(True, category, said["reason"], _queries(said["queries"]))


def _read(text: str, material: ExamMaterial) -> Need:
    parsed = parse_need(text)
    if parsed.needs_knowledge is None:
        raise Stop(UNLABELLED, f"{STAGE}_{parsed.reason}", text)
    why = _REASON.search(text)
    reason = why["text"].strip(" *_") if why else ""
    if not parsed.needs_knowledge:
        return Need(False, reason=reason)
    named = _CATEGORY.search(text)
    category = named["name"].strip(" _").casefold().replace(" ", "_") if named else ""
    return Need(True, category if category in material.categories else None, reason)


def _queries(said: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(query.strip() for query in said if query.strip()))
