"""Turns of a conversation-shaped row, in any of the usual spellings, each text with its place in the row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog")
"""Columns that may hold a conversation: a list of turns."""
_NAMES = frozenset(COLUMNS)
_SPEAKER = ("role", "from", "speaker", "agent")
_SAID = ("content", "value", "text", "message", "utterance")
_CALLS = frozenset({"tool_calls", "function_call", "audio"})
_ROLES = {
    **dict.fromkeys(("system", "developer"), "system"),
    **dict.fromkeys(("user", "human", "prompter", "customer"), "user"),
    **dict.fromkeys(("assistant", "gpt", "model", "bot", "chatbot", "chatgpt", "ai", "function_call"), "assistant"),
    **dict.fromkeys(
        ("tool", "function", "observation", "ipython", "environment", "tool_response", "function_response"), "tool"
    ),
}
"""Spelling -> role. "function_call" is the assistant asking for a tool, "observation" is what the tool said."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn."""

    role: str
    """system, user, assistant or tool; a name that is none of their spellings, as it stands, or "" if there is none."""
    place: str
    """Where it stands in the row ("messages[2]")."""
    texts: tuple[tuple[str, str], ...]
    """Place and text of every text in it ("messages[2].content"); content in parts has one for each part."""
    carries: bool = False
    """Whether it holds something beside text: a tool call, an image."""

    @property
    def empty(self) -> bool:
        """Whether it says nothing: no text but white space, and nothing beside text."""
        return not self.carries and all(not text or text.isspace() for _, text in self.texts)


def turns_of(fields: Mapping[str, Any]) -> tuple[Turn, ...] | None:
    """The turns of a row, or None where no column holds a conversation.

    A conversation is a list of objects with a speaker (role, from, speaker, agent) and something said (content,
    value, text, message, utterance), in a column of one of the names in `COLUMNS`. Content may be a text, null, or
    a list of parts of which those of type text have a `text`.

    Args:
        fields: the row's columns.
    """
    if _NAMES.isdisjoint(fields):
        return None
    for column in COLUMNS:
        turns = _turns(column, fields.get(column))
        if turns:
            return turns
    return None


def text_at(fields: Mapping[str, Any], place: str) -> str | None:
    """The text that an evidence's `field` names: a column, or a place in a conversation ("messages[2].content").

    Args:
        fields: the row's columns.
        place: as in evidence.
    """
    value: Any = fields.get(place)
    if place in fields:
        return value if isinstance(value, str) else None
    value = fields
    for name, index in re.findall(r"\.?([^.\[\]]+)|\[(\d+)\]", place):
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return value if isinstance(value, str) else None


def _turns(column: str, value: Any) -> tuple[Turn, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return ()
    turns = []
    speaker = said = None
    for at, item in enumerate(value):
        if not isinstance(item, Mapping):
            return ()
        # Turns of one conversation are spelt alike; each is looked at again only where it is not.
        if speaker is None or speaker not in item:
            speaker = next((name for name in _SPEAKER if name in item), None)
        if said is None or said not in item:
            said = next((name for name in _SAID if name in item), None)
        if speaker is None and said is None:
            return ()
        turns.append(_turn(f"{column}[{at}]", item[speaker] if speaker else "", said, item))
    return tuple(turns)


def _turn(place: str, speaker: Any, said: str | None, item: Mapping[str, Any]) -> Turn:
    calls = not _CALLS.isdisjoint(item) and any(item.get(name) for name in _CALLS)
    name = speaker.strip() if isinstance(speaker, str) else ""
    role = _ROLES.get(name.lower(), name)
    content = item[said] if said else None
    if isinstance(content, str):
        return Turn(role, place, ((f"{place}.{said}", content),), calls)
    if content is None:
        return Turn(role, place, (), calls)
    if isinstance(content, Sequence) and not isinstance(content, bytes):
        texts = tuple(
            (f"{place}.{said}[{at}].text", part["text"])
            for at, part in enumerate(content)
            if isinstance(part, Mapping) and isinstance(part.get("text"), str)
        )
        return Turn(role, place, texts, calls or len(texts) < len(content))
    # A number or an object where a text should be: it is not nothing, and it is no text.
    return Turn(role, place, (), carries=True)
