"""LLaMA-Factory: data in its alpaca form, with the `dataset_info.json` that makes it known there.

Source: LLaMA-Factory, data/README.md. Give the folder as `dataset_dir` and the name as `dataset`. Earlier exchanges
of a conversation go to `history`; LLaMA-Factory joins instruction and input itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from ...core.errors import UsageError
from ..atomic import writing
from .conversation import Conversation, conversations
from .exporter import Exporter, Line, stem
from .files import write_json_list

_COLUMNS = {"prompt": "instruction", "query": "input", "response": "output", "system": "system", "history": "history"}


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    data = write_json_list(map(_item, conversations(rows)), folder / f"{stem(name)}.json")
    info = folder / "dataset_info.json"
    with writing(info) as file:
        entry = {stem(name): {"file_name": data.name, "formatting": "alpaca", "columns": _COLUMNS}}
        file.write(orjson.dumps(entry, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return [data, info]


def _item(conversation: Conversation) -> dict[str, Any]:
    fields = conversation.fields
    if not fields.get("messages"):
        asked, given, history = fields["instruction"], fields["input"], []
    else:
        turns = conversation.turns[1:] if conversation.system else conversation.turns
        _check_turns(conversation.number, [turn["role"] for turn in turns])
        texts = [turn["content"] for turn in turns]
        asked, given = texts[-2], ""
        history = [[texts[i], texts[i + 1]] for i in range(0, len(texts) - 2, 2)]
    return {
        "instruction": asked,
        "input": given,
        "output": conversation.turns[-1]["content"],
        "system": conversation.system,
        "history": history,
    }


def _check_turns(number: int, roles: list[str]) -> None:
    if roles != ["user", "assistant"] * (len(roles) // 2):
        message = f"row {number} does not go to and fro between user and assistant: {', '.join(roles)}."
        raise UsageError(message, hint="Export it as sharegpt or openai_chat, which hold any order of turns.")


LLAMA_FACTORY = Exporter(
    "llama_factory", "LLaMA-Factory: a JSON list in its alpaca form, and dataset_info.json.", _export
)
