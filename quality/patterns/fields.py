"""Which texts of a row are looked at: columns of text, and the turns of a dialogue, each speaker's apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..check import Row

RESPONSES = ("output", "response", "answer", "completion", "chosen")
INSTRUCTIONS = ("instruction", "prompt", "question")
TURNS = ("turns", "messages", "conversations", "dialogue")
KNOWN = (*RESPONSES, *INSTRUCTIONS, *TURNS)
"""Columns looked at if none are named."""
_TEXT = ("content", "text", "value", "utterance", "message")
_SPEAKER = ("role", "speaker", "from", "agent")


class Part(NamedTuple):
    """One text of a row."""

    field: str
    """The column; of turns with speakers "column:speaker"."""
    turn: int | None
    """0-based number of the turn; None for a column of text."""
    text: str


def parts(row: Row, fields: Sequence[str]) -> Iterator[Part]:
    """The texts of a row in the named columns that are not blank."""
    for name in fields:
        value = row.fields.get(name)
        if isinstance(value, str):
            if value.strip():
                yield Part(name, None, value)
        elif isinstance(value, Sequence):
            for turn, one in enumerate(value):
                text, speaker = _turn(one)
                if text.strip():
                    yield Part(f"{name}:{speaker}" if speaker else name, turn, text)


def _turn(turn: Any) -> tuple[str, str]:
    """Text and speaker of a turn; an unknown shape has no text."""
    if isinstance(turn, str):
        return turn, ""
    if not isinstance(turn, Mapping):
        return "", ""
    text = next((turn[name] for name in _TEXT if isinstance(turn.get(name), str)), "")
    return text, next((turn[name] for name in _SPEAKER if isinstance(turn.get(name), str)), "")


def same_role(fields: Sequence[str], rows: Sequence[Row]) -> dict[str, str]:
    """Columns of a reference that stand for columns of the data under another name: {theirs: ours}.

    Data that says `output` is compared with a reference that says `response`.

    Args:
        fields: the data's columns.
        rows: some rows of the reference.
    """
    there = dict.fromkeys(name for row in rows for name in row.fields)
    found: dict[str, str] = {}
    for ours in fields:
        if ours in there:
            continue
        group = next((names for names in (RESPONSES, INSTRUCTIONS, TURNS) if ours in names), ())
        theirs = next((name for name in group if name in there and name not in fields and name not in found), None)
        if theirs:
            found[theirs] = ours
    return found


def renamed(row: Row, names: Mapping[str, str]) -> Row:
    """A row with some of its columns under other names."""
    return Row(row.index, row.id, {names.get(name, name): value for name, value in row.fields.items()})
