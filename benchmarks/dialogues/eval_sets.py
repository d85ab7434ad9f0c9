"""The public dialogues that figures are taken on, as rows of turns and personas. Evaluation only; nothing is copied."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from corpusmith.data.sources import Unreadable, open_source
from corpusmith.quality.dialogues.shape import UnlabelledLine, to_dialogue_fields

FOLDER = Path(os.environ.get("CORPUSMITH_EVAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FILES = {
    "PersonaChat": "personachat_valid_both_half.txt",
    "Topical-Chat": "topical_chat_valid_freq.json",
    "Synthetic-Persona-Chat": "Synthetic-Persona-Chat_valid.csv",
}
HUMAN = ("PersonaChat", "Topical-Chat")
MADE = "Synthetic-Persona-Chat"


def rows(name: str) -> list[dict[str, Any]]:
    """All dialogues of a set that can be read, as `turns` and `personas`."""
    found = []
    for entry in open_source(FOLDER / "dialogues" / FILES[name]):
        if isinstance(entry, Unreadable):
            continue
        with contextlib.suppress(UnlabelledLine):
            fields = to_dialogue_fields(entry.fields)
            if fields is not None:
                found.append(fields)
    return found


def ratings() -> list[dict[str, Any]]:
    """USR: thirty contexts with five responses each, rated by three people."""
    loaded: list[dict[str, Any]] = json.loads(
        (FOLDER / "dialogues" / "usr_personachat_ratings_30_contexts.json").read_text(encoding="utf-8")
    )
    return loaded
