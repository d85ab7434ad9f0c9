"""Axolotl: JSON Lines of messages, and the part of a configuration that reads them (`type: chat_template`)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..atomic import writing
from .conversation import conversations
from .exporter import Exporter, Line, stem
from .files import write_json_lines


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    import yaml

    items = ({"messages": conversation.turns} for conversation in conversations(rows))
    data = write_json_lines(items, folder / f"{stem(name)}.jsonl")
    entry = {
        "path": data.name,
        "ds_type": "json",
        "type": "chat_template",
        "field_messages": "messages",
        "message_property_mappings": {"role": "role", "content": "content"},
        "roles_to_train": ["assistant"],
    }
    config = folder / "axolotl.yaml"
    with writing(config) as file:
        file.write(b"# Put this into your axolotl configuration; the path is relative to where axolotl is started.\n")
        file.write(yaml.safe_dump({"datasets": [entry]}, sort_keys=False).encode())
    return [data, config]


AXOLOTL = Exporter("axolotl", "Axolotl: JSONL with messages, and the configuration that reads it.", _export)
