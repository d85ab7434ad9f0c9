"""ShareGPT: a JSON list of {"conversations": [{"from", "value"}]}; a system text is the first turn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .conversation import Conversation, conversations
from .exporter import Exporter, Line, stem
from .files import write_json_list

_SPEAKERS = {"user": "human", "assistant": "gpt", "developer": "system"}


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    return [write_json_list(map(_item, conversations(rows)), folder / f"{stem(name)}.json")]


def _item(conversation: Conversation) -> dict[str, Any]:
    turns = [
        {"from": _SPEAKERS.get(turn["role"], turn["role"]), "value": turn["content"]} for turn in conversation.turns
    ]
    return {"id": str(conversation.fields.get("record_id") or conversation.number), "conversations": turns}


SHAREGPT = Exporter("sharegpt", "ShareGPT: a JSON list of conversations of from and value.", _export)
