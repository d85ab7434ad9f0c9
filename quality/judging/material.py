"""A row as a judge sees it: parts between marks that the row cannot know, with nothing in it that a server obeys.

Rows are untrusted. Two things keep them data. Each part stands between lines that hold a code made from the texts
themselves: to close its part early a row would have to hold the hash of itself. And the control tokens of chat
templates ("<|im_end|>") are broken up, since servers read them as such wherever they stand in a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ...core import digest
from ..check import Finding, Row, unjudged

_CONTROL = re.compile(
    r"<(?=[|｜][^|｜<>\n]{1,60}[|｜]>|/?s>|/?(?:bos|eos|unk|pad)>|(?:start|end)_of_turn>|</?SYS>>|/?(?:think|tool_call)>)"
    r"|\[(?=/?(?:INST|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\])"
)
"""First characters of what common chat templates take for a token of their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a row."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a judge is shown of a row."""

    parts: tuple[Part, ...]
    """The shown columns that have something in them."""
    texts: tuple[str, ...]
    """The judged column; for a comparison the two columns that are compared."""
    mark: str
    """Code of the marks around each part."""
    broken_tokens: int
    """Control tokens that were broken up."""


def material_of(row: Row, shown: Iterable[str], judged: Sequence[str], most: int) -> Material | Finding:
    """Take out of a row what a judge is shown.

    Args:
        row: the row.
        shown: columns beside the judged one; those that are missing or empty are left out.
        judged: the judged column; for a comparison two.
        most: characters that all of it may have together.

    Returns:
        The material; or a finding with `error` if a judged column is missing, empty or no text, or the row too long.
    """
    texts = []
    for column in judged:
        if row.fields.get(column) is None:
            return unjudged("no_column", column)
        text = as_text(row.fields[column])
        if not text.strip():
            return unjudged("empty", column)
        texts.append(text)
    named = [(column, as_text(row.fields.get(column))) for column in shown]
    named = [(column, text) for column, text in named if text.strip()]
    size = sum(len(text) for text in (*texts, *(text for _, text in named)))
    if size > most:
        return unjudged("too_long", f"{size} characters, where options.max_characters allows {most}")
    return _marked(named, texts)


def _marked(named: list[tuple[str, str]], texts: list[str]) -> Material:
    whole = [text for _, text in named] + texts
    broken = [_broken_up(text) for text in whole]
    attempt = 0
    while True:
        mark = digest("mark-1", [whole, attempt], size=4)
        if not any(mark in text for text, _ in broken):
            break
        attempt += 1
    parts = tuple(Part(column, text) for (column, _), (text, _) in zip(named, broken, strict=False))
    judged = tuple(text for text, _ in broken[len(named) :])
    return Material(parts, judged, mark, sum(number for _, number in broken))


def _broken_up(text: str) -> tuple[str, int]:
    return _CONTROL.subn(lambda found: f"{found[0]} ", text)


def on_one_line(text: str) -> str:
    """A text without line breaks, for prompts in which a line is a part."""
    return " ".join(text.split())


def as_text(value: Any) -> str:
    """A column's value as a judge reads it: texts as they are, turns and lists line by line, the rest as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "\n".join(_line(entry) for entry in value)
    return _json(value)


def _line(entry: Any) -> str:
    if isinstance(entry, str):
        return entry
    if isinstance(entry, Mapping):
        who, said = entry.get("role", entry.get("speaker")), entry.get("content", entry.get("text"))
        if isinstance(who, str) and isinstance(said, str):
            return f"{who}: {said}"
    return _json(entry)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
