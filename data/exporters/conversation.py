"""A row as the turns of a conversation, the same way for every format.

The user's turn is the instruction and, after an empty line, the input. A system text is a turn of its own, in front.
The `context` of a record is what its answer rests on; it is not shown to the model, so it is in no turn. Turns after
the last answer hold nothing to learn from and are left out. A dialogue of two speakers becomes two conversations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...core.errors import UsageError
from ..rows import dataset_row
from ..sources.shapes import messages_of, to_instruction_fields, unknown_shape_error
from .dialogue import is_dialogue, sides

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
"""Roles that chat formats know."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One row, ready for a chat format."""

    number: int
    """1-based number of the row."""
    fields: Mapping[str, Any]
    """instruction, input, output, and what else is known of it."""
    turns: list[dict[str, str]]
    """{"role", "content"} each; the last one is the assistant's."""

    @property
    def history(self) -> list[dict[str, str]]:
        """All turns but the last answer."""
        return self.turns[:-1]

    @property
    def system(self) -> str:
        """The system text, empty if there is none."""
        return self.turns[0]["content"] if self.turns[0]["role"] == "system" else ""


def conversations(rows: Iterable[Mapping[str, Any]]) -> Iterator[Conversation]:
    """Read rows as conversations.

    Args:
        rows: kept lines or flat rows.

    Raises:
        UsageError: a row has no instruction and answer, or a turn with a role that chat formats do not know.
    """
    for number, line in enumerate(rows, 1):
        row = dataset_row(line)
        if is_dialogue(row):
            yield from _both_sides(number, row)
            continue
        fields = to_instruction_fields(row)
        if fields is None:
            error = unknown_shape_error(row)
            message = f"row {number} cannot be exported: {error.message}"
            raise UsageError(message, hint=error.hint)
        turns = messages_of(fields)
        for turn in turns:
            if turn["role"] not in ROLES:
                message = f"row {number} cannot be exported: it has a turn of the role {turn['role']!r}."
                raise UsageError(message, hint=f"Roles that can be: {', '.join(sorted(ROLES))}.")
        while turns[-1]["role"] != "assistant":
            turns.pop()
        yield Conversation(number, fields, turns)


def _both_sides(number: int, row: Mapping[str, Any]) -> Iterator[Conversation]:
    """A dialogue as two conversations: each speaker is the assistant of one."""
    for side in sides(row):
        name = row.get("record_id") or number
        fields = {"record_id": f"{name}:{side.speaker}", "messages": side.messages}
        yield Conversation(number, fields, side.messages)


def one_exchange(conversation: Conversation, format_name: str) -> Mapping[str, Any]:
    """The fields of a row that is one question and one answer.

    Raises:
        UsageError: it is a longer conversation, which the format cannot hold.
    """
    if conversation.fields.get("messages"):
        message = f"row {conversation.number} has {len(conversation.turns)} turns; {format_name} holds one exchange."
        raise UsageError(message, hint="Export conversations as openai_chat, trl_messages, sharegpt or axolotl.")
    return conversation.fields
