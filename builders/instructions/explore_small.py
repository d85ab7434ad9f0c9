"""The `small` profile of `explore`: models that can only go on with a list, one short line a call.

Such a model drifts off its subject, so every line is compared by log-likelihood: how much likelier is it under its own
domain and task than under the domain alone, and under the other domains? A line whose gain is too small is off its
task. Of several instructions that are on their task the likeliest is answered: the one with the largest gain would as
a rule be the task's own name with a question mark. Without scores the first usable line counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...core.errors import AnswerError
from ...llm import Answer
from ..builder import Context, Item, Outcome
from .explore_drafts import (
    answer_fault,
    instruction_fault,
    known_keys,
    line_fault,
    same_text_key,
    to_record,
    to_rejected,
)
from .tree import NAME_LENGTH, clean_name, overlap

_SHOTS = 5
"""Examples from elsewhere in the domain that the prompt for an instruction shows."""
_COPIED = 0.6
"""A sub-task whose name overlaps an example this much is the example again."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line that the model wrote, or why there is none."""

    text: str
    answer: Answer | None
    fault: str | None = None
    calls: tuple[str, ...] = ()


async def _lines(ctx: Context, stage: str, inputs: Mapping[str, Any], first: int, count: int) -> list[_Line]:
    """Ask for `count` lines at once, as samples `first`, `first` + 1 ... of one prompt."""
    prompt = ctx.prompts.get(stage, profile="small")

    async def one(sample: int) -> _Line:
        try:
            answer = await ctx.llm.ask(prompt, inputs=inputs, sample=sample)
        except AnswerError as error:
            return _Line(error.raw, None, error.reason, error.calls)
        lines = answer.text.strip().splitlines()
        return _Line(lines[0].strip() if lines else "", answer, calls=answer.calls)

    return list(await asyncio.gather(*(one(first + i) for i in range(count))))


async def _gain(ctx: Context, data: Mapping[str, Any], text: str, *, instruction: bool) -> dict[str, float]:
    """Mean log-likelihood of a line (nats a token) under its own heading, and how much that is above the others'.

    The other headings are: the domain without the task, and the other domains; where there are none, no subject.
    """
    heading = ctx.prompts.get("explore/heading", profile="small")
    general = {"domain": data["path"][0], "description": data["description"], "task": ""}
    others = [general] if data["path"][1:] else []
    others += data["others"] or [{"domain": "", "description": ""}]
    own = {**general, "task": " > ".join(data["path"][1:])}
    headings = [
        heading.render({**h, "task": h.get("task", ""), "instruction": instruction}).text for h in (own, *others)
    ]
    scored = await asyncio.gather(*(ctx.llm.score(h, f" {text}") for h in headings))
    means = [likelihood.mean for likelihood in scored]
    best_other = max(means[1:])
    return {"gain": round(means[0] - best_other, 4), "own": round(means[0], 4), "other": round(best_other, 4)}


async def find_tasks(item: Item, ctx: Context, min_gain: float) -> dict[str, Any]:
    """Ask for sub-tasks of a node, one a call: those found, and those refused with a reason."""
    data = item.data
    stage = "explore/lookahead" if data["do"] == "look" else "explore/widen"
    inputs = {**data, "domain": data["path"][0], "task": data["path"][-1]}
    lines = await _lines(ctx, stage, inputs, data["sample"], data["n"])
    found: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for line in lines:
        name = clean_name(line.text)
        # One word alone ("budget") is a subject, not a task, and is likely under any heading of its kind.
        fault = line.fault or ("bad_name" if len(name.split()) < 2 or len(name) > NAME_LENGTH else None)
        if fault is None and any(overlap(name, e["instruction"]) >= _COPIED for e in data["examples"]):
            fault = "copied_example"
        evidence: dict[str, Any] = {}
        if fault is None and ctx.llm.capabilities.score:
            evidence = await _gain(ctx, data, name, instruction=False)
            fault = "off_task" if evidence["gain"] < min_gain else None
        if fault is None:
            found.append({"name": name, **evidence})
        else:
            refused.append({"name": line.text, "why": fault, **evidence})
    return {"found": found, "refused": refused, "error": None, "calls": [c for line in lines for c in line.calls]}


async def write_row(item: Item, ctx: Context, candidates: int, min_gain: float) -> AsyncIterator[Outcome]:
    """Write several instructions, answer the best of them; every candidate is a record or rejected."""
    data = item.data
    shots = [s for s in data["shots"] if s["task"] != data["path"][-1]]
    ctx.random(item.id, "shots").shuffle(shots)
    inputs = {**data, "domain": data["path"][0], "task": data["path"][-1], "shots": shots[:_SHOTS]}
    lines = await _lines(ctx, "explore/instruction", inputs, data["sample"] * candidates, candidates)
    known = known_keys(data)
    usable: list[tuple[int, _Line, dict[str, float]]] = []
    for number, line in enumerate(lines):
        fault = line.fault or instruction_fault(line.text, known) or line_fault(line.text)
        if fault is not None:
            yield to_rejected(item, number, fault, line.text, calls=line.calls)
            continue
        known.add(same_text_key(line.text))
        usable.append((number, line, {}))
    if ctx.llm.capabilities.score:
        gains = await asyncio.gather(*(_gain(ctx, data, line.text, instruction=True) for _, line, _ in usable))
        scored = [(number, line, gain) for (number, line, _), gain in zip(usable, gains, strict=True)]
        for number, line, gain in scored:
            if gain["gain"] < min_gain:
                yield to_rejected(item, number, "off_task", line.text, calls=line.calls, evidence=gain)
        usable = sorted((s for s in scored if s[2]["gain"] >= min_gain), key=lambda s: (-s[2]["own"], s[0]))
    for number, line, gain in usable[1:]:
        yield to_rejected(item, number, "not_the_best", line.text, calls=line.calls, evidence=gain)
    if usable:
        yield await _answered(item, ctx, *usable[0])


async def _answered(item: Item, ctx: Context, number: int, line: _Line, gain: Mapping[str, float]) -> Outcome:
    data = item.data
    asked = ctx.prompts.get("explore/instruction", profile="small")
    prompt = ctx.prompts.get("explore/answer", profile="small")
    inputs = {**data, "domain": data["path"][0], "instruction": line.text}
    try:
        answer = await ctx.llm.ask(prompt, inputs=inputs)
    except AnswerError as error:
        return to_rejected(item, number, error.reason, error.raw, calls=error.calls, evidence={"answer_to": line.text})
    output = answer.text.strip()
    fault = answer_fault(output, line.text)
    if fault is not None:
        evidence = {"answer_to": line.text, **gain}
        return to_rejected(item, number, f"answer_{fault}", output, calls=answer.calls, evidence=evidence)
    return to_record(
        ctx,
        item,
        number,
        instruction=line.text,
        output=output,
        answers=[a for a in (line.answer, answer) if a is not None],
        prompts=[asked, prompt],
        notes=gain,
    )
