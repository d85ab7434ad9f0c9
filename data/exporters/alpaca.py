"""Alpaca: a JSON list of {"instruction", "input", "output"}.

The format has no place for a system text, so one is put in front of the instruction, with an empty line between.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .conversation import Conversation, conversations, one_exchange
from .exporter import Exporter, Line, stem
from .files import write_json_list


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    return [write_json_list(map(_item, conversations(rows)), folder / f"{stem(name)}.json")]


def _item(conversation: Conversation) -> dict[str, Any]:
    fields = one_exchange(conversation, "alpaca")
    asked = "\n\n".join(part for part in (conversation.system, fields["instruction"]) if part)
    return {"instruction": asked, "input": fields["input"], "output": fields["output"]}


ALPACA = Exporter("alpaca", "Alpaca: a JSON list of instruction, input and output.", _export)
