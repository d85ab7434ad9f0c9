"""Rows of `explore` before they are records: what each is tested for while it is built, and the record itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...core import InstructionRecord
from ...llm import Answer
from ...prompts import Prompt
from ..builder import Context, Item, Rejected

_PHRASE = 6
"""So many words running that come twice in an answer make it repetitive."""


def same_text_key(text: str) -> str:
    """What two instructions have in common that differ in case, spaces and punctuation alone."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def known_keys(data: Mapping[str, Any]) -> set[str]:
    """The keys of all instructions that an item was shown: none of them may come back as a new row."""
    shown = [e["instruction"] for e in data["examples"]] + [s["instruction"] for s in data["shots"]] + data["known"]
    return {same_text_key(text) for text in shown}


def instruction_fault(instruction: str, known: Collection[str]) -> str | None:
    """Why an instruction cannot be used at all, as a slug: empty_instruction, repeated_instruction, or None."""
    key = same_text_key(instruction)
    if not key:
        return "empty_instruction"
    return "repeated_instruction" if key in known else None


def line_fault(instruction: str, *, least: int = 4, most: int = 32) -> str | None:
    """Why a line that a small model wrote is no instruction: too_short, too_long (in words), unfinished, or None."""
    words = len(instruction.split())
    if words < least:
        return "too_short"
    if words > most:
        return "too_long"
    return None if instruction.rstrip(" \"'”’)").endswith((".", "?", "!")) else "unfinished"


def answer_fault(answer: str, instruction: str) -> str | None:
    """Why a small model's answer cannot be used.

    Returns:
        too_short, unfinished (it breaks off, or announces what does not come), echo (it is the instruction again),
        repetitive (a phrase of six words comes twice), or None.
    """
    words = re.findall(r"\w+", answer.casefold())
    if len(words) < 5:
        return "too_short"
    if not answer.rstrip(" \"'”’)*").endswith((".", "?", "!")):
        return "unfinished"
    if same_text_key(instruction) == " ".join(words):
        return "echo"
    phrases = [tuple(words[i : i + _PHRASE]) for i in range(len(words) - _PHRASE + 1)]
    return "repetitive" if len(set(phrases)) < len(phrases) else None


def row_source(item: Item, number: int) -> str:
    """The source key of an item's candidate: the domain's row, the item and the candidate, so that ids differ."""
    return f"{item.data['source']}#{item.id}.{number}"


def to_record(
    ctx: Context,
    item: Item,
    number: int,
    *,
    instruction: str,
    given: str = "",
    output: str,
    answers: Iterable[Answer],
    prompts: Iterable[Prompt],
    notes: Mapping[str, Any] | None = None,
) -> InstructionRecord:
    """The record of one candidate of an item; `given` is what the instruction is to be carried out on."""
    return InstructionRecord(
        instruction=instruction,
        input=given,
        output=output,
        task=tuple(item.data["path"]),
        origin=ctx.origin(row_source(item, number), answers=answers, prompts=prompts, notes=notes),
    )


def to_rejected(
    item: Item,
    number: int,
    reason: str,
    text: str,
    *,
    calls: Iterable[str] = (),
    evidence: Mapping[str, Any] | None = None,
) -> Rejected:
    """A candidate of an item that is not to be a record, with its task among the evidence."""
    return Rejected(
        reason=reason,
        text=text,
        source=row_source(item, number),
        calls=tuple(calls),
        evidence={"task": item.data["path"], **(evidence or {})},
    )
