"""Recognising instruction data of other makers by its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ...core.errors import UsageError

_QUESTION = ("instruction", "prompt", "question", "query", "inputs")
_ANSWER = ("output", "response", "completion", "answer", "targets", "chosen")
_CONVERSATIONS = ("messages", "conversations", "conversation")
_SYSTEM = ("system", "system_prompt")
_BESIDE = ("task", "constraints", "skills", "language", "record_id", "origin")
"""Columns of our own records that go along with question and answer."""
_NOT_PLAIN = frozenset({"record", "kind", "fields", "rejected", "instances", *_CONVERSATIONS, *_SYSTEM, *_BESIDE})
_CONSUMED = frozenset({"context", "record", "fields", "kind", "instances", "rejected"}).union(
    _QUESTION, _ANSWER, _CONVERSATIONS, _SYSTEM
)
_ROLES = {
    "human": "user",
    "user": "user",
    "prompter": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "system": "system",
}


def to_instruction_fields(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns instruction, input and output (and system, context ... where known) of one row, or None.

    Known shapes: our own rows and record lines; Alpaca (instruction, input, output); pairs of a question column
    (instruction, prompt, question, query, inputs) and an answer column (output, response, completion, answer,
    targets, chosen), as texts or as lists of messages; Dolly (its `context` is what the instruction is carried out
    on, so it becomes the input); Self-Instruct with one instance; ShareGPT (`conversations` of from/value);
    `messages` of role/content. Of a longer conversation the instruction is the first user turn and the output the
    last assistant turn, and all turns are kept in `messages`. A rejected answer is kept as `rejected`.

    Args:
        fields: the row's columns. Empty cells (null) count as empty texts.
    """
    if type(fields) is dict and fields.keys().isdisjoint(_NOT_PLAIN):
        plain = None if "context" in fields and "input" in fields else _plain_pair(fields)
        if plain is not None:
            return plain
    record = fields.get("record")
    if isinstance(record, Mapping) and "kind" in record:
        return to_instruction_fields(record)
    if fields.get("kind") == "row" and isinstance(fields.get("fields"), Mapping):
        return to_instruction_fields(fields["fields"])
    question, answer = _pair(fields)
    for column in (*_CONVERSATIONS, "chosen") if question is None else _CONVERSATIONS:
        turns = _turns(fields.get(column))
        if turns:
            return _from_turns(turns, fields)
    instances = fields.get("instances")
    if isinstance(instances, Sequence) and len(instances) == 1 and isinstance(instances[0], Mapping):
        return to_instruction_fields({**{k: v for k, v in fields.items() if k != "instances"}, **instances[0]})
    if question is None or answer is None:
        return None
    asked, answered = _turns(fields[question]), _turns(fields[answer])
    if asked or answered:
        return _from_turns(
            (asked or [_turn("user", _text(fields[question]))])
            + (answered or [_turn("assistant", _text(fields[answer]))]),
            fields,
        )
    return _from_columns(fields, question, answer)


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """What checks see of a row: instruction, input and output, and the columns that none of them was made from.

    Args:
        fields: the row's columns.

    Returns:
        None where `to_instruction_fields` knows no such row.
    """
    row = to_instruction_fields(fields)
    if row is not None:
        for name, value in fields.items():
            if name not in row and name not in _CONSUMED:
                row[name] = value
    return row


def _plain_pair(fields: dict[str, Any]) -> dict[str, Any] | None:
    """A row of nothing but columns of text: what most data is, and what is read fastest."""
    asked = answered = None
    for question in _QUESTION:
        if question in fields:
            asked = fields[question]
            break
    for answer in _ANSWER:
        if answer in fields:
            answered = fields[answer]
            break
    given = fields["input"] if "input" in fields else fields.get("context", "")
    if type(asked) is str and type(answered) is str and type(given) is str:
        return {"instruction": asked, "input": given, "output": answered}
    return None


def unknown_shape_error(fields: Mapping[str, Any]) -> UsageError:
    """The error for a row that `to_instruction_fields` does not know: the columns found, and how to map them."""
    names = [str(name) for name in fields]
    found = ", ".join(names) or "none"
    message = f"these rows are not instruction data of a known shape; the columns found are: {found}."
    question, answer = _pair(fields)
    spare = [name for name in names if name not in (question, answer)]
    left = question or (spare.pop(0) if spare else "COLUMN")
    right = answer or (spare.pop(0) if spare else "COLUMN")
    return UsageError(message, hint=f"Say which they are, for example: --columns instruction={left},output={right}")


def messages_of(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The turns of a row that `to_instruction_fields` returned, as {"role", "content"}, system message first.

    The user's turn is the instruction and, after an empty line, the input. `context` is what an answer rests on,
    not what the model is shown, and is in no turn.
    """
    known = fields.get("messages")
    if known:
        return [dict(turn) for turn in known]
    turns = [_turn("system", fields["system"])] if fields.get("system") else []
    asked = "\n\n".join(part for part in (fields["instruction"], fields.get("input", "")) if part)
    return [*turns, _turn("user", asked), _turn("assistant", fields["output"])]


def _pair(fields: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The names of the question and the answer column, as far as there are any."""
    answers = ("chosen", *_ANSWER) if "rejected" in fields else _ANSWER
    question = next((name for name in _QUESTION if name in fields), None)
    return question, next((name for name in answers if name in fields), None)


def _from_columns(fields: Mapping[str, Any], question: str, answer: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "instruction": _text(fields[question]),
        "input": _text(fields.get("input")),
        "output": _text(fields[answer]),
    }
    if "context" in fields and "input" not in fields:
        row["input"] = _text(fields["context"])
    elif fields.get("context"):
        row["context"] = _text(fields["context"])
    return {**row, **_beside(fields)}


def _from_turns(turns: list[dict[str, str]], fields: Mapping[str, Any]) -> dict[str, Any] | None:
    roles = [turn["role"] for turn in turns]
    if "user" not in roles or "assistant" not in roles[roles.index("user") :]:
        return None
    asked = turns[roles.index("user")]["content"]
    answered = turns[len(roles) - 1 - roles[::-1].index("assistant")]["content"]
    row: dict[str, Any] = {"instruction": asked, "input": "", "output": answered, **_beside(fields)}
    told = [turn["content"] for turn in turns if turn["role"] == "system"]
    if told:
        row["system"] = told[0]
    elif "system" in row:
        turns = [_turn("system", row["system"]), *turns]
    if len(turns) - roles.count("system") - ("system" in row and not told) > 2 or len(told) > 1:
        row["messages"] = turns
    return row


def _beside(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What goes along with question and answer: system text, a rejected answer, and the columns of our records."""
    row: dict[str, Any] = {}
    system = next((fields[name] for name in _SYSTEM if isinstance(fields.get(name), str) and fields[name]), None)
    if system:
        row["system"] = system
    rejected = fields.get("rejected")
    if rejected is not None:
        turns = _turns(rejected)
        row["rejected"] = turns[-1]["content"] if turns else _text(rejected)
    for name in _BESIDE:
        if fields.get(name):
            row[name] = fields[name]
    return row


def _turns(value: Any) -> list[dict[str, str]]:
    """Turns as role and content, from either spelling; empty if the value is no list of turns."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    turns: list[dict[str, str]] = []
    for item in value:
        if not isinstance(item, Mapping):
            return []
        role = item.get("role", item.get("from"))
        content = item.get("content", item.get("value"))
        if not isinstance(role, str) or not ("content" in item or "value" in item):
            return []
        turns.append(_turn(_ROLES.get(role.lower(), role), _content(content)))
    return turns


def _content(value: Any) -> str:
    """A turn's text; of content in parts, the text parts."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        parts = [part.get("text") for part in value if isinstance(part, Mapping)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return _text(value)


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()
