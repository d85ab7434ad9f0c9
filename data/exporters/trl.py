"""TRL's conversational data set formats: language modeling, prompt-completion and preference.

Source: TRL documentation, "Dataset formats and types". The conversational form leaves the chat template to the model.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from .conversation import Conversation, conversations
from .exporter import Exporter, Line, stem
from .files import write_json_lines


def _export_messages(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    items = ({"messages": conversation.turns} for conversation in conversations(rows))
    return [write_json_lines(items, folder / f"{stem(name)}.jsonl")]


def _export_completion(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    items = ({"prompt": c.history, "completion": c.turns[-1:]} for c in conversations(rows))
    return [write_json_lines(items, folder / f"{stem(name)}.jsonl")]


def _export_preference(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    items = (_preference(conversation) for conversation in conversations(rows))
    return [write_json_lines(items, folder / f"{stem(name)}.jsonl")]


def _preference(conversation: Conversation) -> dict[str, Any]:
    if "rejected" not in conversation.fields:
        found = ", ".join(conversation.fields)
        message = f"row {conversation.number} has no rejected answer; what is known of it: {found}."
        raise UsageError(
            message, hint="Preference data needs the columns chosen and rejected; map yours: --columns rejected=COLUMN"
        )
    rejected = {"role": "assistant", "content": conversation.fields["rejected"]}
    return {"prompt": conversation.history, "chosen": conversation.turns[-1:], "rejected": [rejected]}


TRL_MESSAGES = Exporter("trl_messages", "TRL SFTTrainer, language modeling: JSONL with messages.", _export_messages)
TRL_PROMPT_COMPLETION = Exporter(
    "trl_prompt_completion",
    "TRL SFTTrainer: JSONL with prompt and completion, each a list of messages.",
    _export_completion,
)
TRL_PREFERENCE = Exporter(
    "trl_preference", "TRL DPOTrainer and kin: JSONL with prompt, chosen and rejected.", _export_preference
)
