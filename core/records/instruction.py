"""InstructionRecord: one instruction with its answer."""

from __future__ import annotations

from typing import Literal

from .record import Record


class InstructionRecord(Record):
    """One instruction with its answer."""

    kind: Literal["instruction"] = "instruction"
    instruction: str
    input: str = ""
    """What the instruction is to be carried out on; may be empty."""
    output: str
    system: str | None = None
    task: tuple[str, ...] = ()
    """Path in a task tree: (domain, task, subtask ...)."""
    constraints: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    language: str | None = None
    """ISO 639-1 code."""
    context: str | None = None
    """The text that the answer rests on, where there is one."""
