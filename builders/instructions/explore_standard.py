"""The `standard` profile of `explore`: models that answer in a given structure, several tasks or rows a call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from ...core.errors import AnswerError
from ...llm import Answer
from ..builder import Context, Item, Outcome
from .explore_drafts import instruction_fault, known_keys, same_text_key, to_record, to_rejected


class _Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TaskReply(_Reply):
    """One proposed sub-task."""

    name: str
    reason: str


class TasksReply(_Reply):
    """The sub-tasks proposed in one call."""

    tasks: list[TaskReply]


class RowReply(_Reply):
    """One drafted row."""

    instruction: str
    input: str
    output: str


class RowsReply(_Reply):
    """The rows drafted in one call."""

    rows: list[RowReply]


async def find_tasks(item: Item, ctx: Context) -> dict[str, Any]:
    """Ask for sub-tasks of a node: those found, those refused with a reason, and why a call gave nothing."""
    data = item.data
    prompt = ctx.prompts.get("explore/lookahead" if data["do"] == "look" else "explore/widen", profile="standard")
    inputs = {**data, "domain": data["path"][0], "task": " > ".join(data["path"][1:])}
    try:
        answer = await ctx.llm.ask(prompt, TasksReply, inputs=inputs, sample=data["sample"])
    except AnswerError as error:
        return {"found": [], "refused": [], "error": error.reason, "calls": list(error.calls)}
    reply: TasksReply = answer.value
    proposed = [task.model_dump() for task in reply.tasks]
    surplus = [{**task, "why": "surplus"} for task in proposed[data["n"] :]]
    return {"found": proposed[: data["n"]], "refused": surplus, "error": None, "calls": list(answer.calls)}


async def write_rows(item: Item, ctx: Context) -> AsyncIterator[Outcome]:
    """Ask for rows of a task; every row that comes is a record or rejected."""
    data = item.data
    prompt = ctx.prompts.get("explore/rows", profile="standard")
    inputs = {**data, "domain": data["path"][0], "task": " > ".join(data["path"][1:])}
    try:
        answer: Answer = await ctx.llm.ask(prompt, RowsReply, inputs=inputs, sample=data["sample"])
    except AnswerError as error:
        yield to_rejected(item, 0, error.reason, error.raw, calls=error.calls, evidence={"message": error.message})
        return
    reply: RowsReply = answer.value
    known = known_keys(data)
    for number, row in enumerate(reply.rows):
        instruction, output = row.instruction.strip(), row.output.strip()
        fault = "surplus" if number >= data["n"] else instruction_fault(instruction, known)
        if fault is None and not output:
            fault = "empty_output"
        if fault is not None:
            text = orjson.dumps(row.model_dump()).decode()
            yield to_rejected(item, number, fault, text, calls=answer.calls)
            continue
        known.add(same_text_key(instruction))
        yield to_record(
            ctx,
            item,
            number,
            instruction=instruction,
            given=row.input.strip(),
            output=output,
            answers=[answer],
            prompts=[prompt],
        )
