"""OpenAI chat fine-tuning: JSON Lines of {"messages": [...]}, as its fine-tuning guide describes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .conversation import conversations
from .exporter import Exporter, Line, stem
from .files import write_json_lines


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    items = ({"messages": conversation.turns} for conversation in conversations(rows))
    return [write_json_lines(items, folder / f"{stem(name)}.jsonl")]


OPENAI_CHAT = Exporter("openai_chat", "OpenAI fine-tuning: JSONL with a list of messages a line.", _export)
