"""A dialogue as training conversations: one for each speaker, who is the assistant in it.

Both sides of a dialogue are worth learning from, but never in one conversation: in each the loss is on one speaker's
turns, and the other's are what they answer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core.errors import UsageError
from ..rows import dataset_row
from .exporter import Exporter, Line, stem
from .files import write_json_lines

BEGIN = "You begin."
"""The first message to the side that opens: chat formats want a user to speak first."""


@dataclass(frozen=True, slots=True)
class Side:
    """A dialogue seen from one speaker."""

    speaker: str
    messages: list[dict[str, str]]
    """System text with the speaker's persona, then the partner as user and the speaker as assistant, in turn."""

    @property
    def loss_mask(self) -> list[int]:
        """1 for each message that is to be learned, 0 for the others."""
        return [int(message["role"] == "assistant") for message in self.messages]


def is_dialogue(row: Mapping[str, Any]) -> bool:
    """Whether a flat row holds a dialogue of speakers."""
    turns = row.get("turns")
    return (
        isinstance(turns, Sequence)
        and not isinstance(turns, str)
        and bool(turns)
        and all(isinstance(turn, Mapping) and "speaker" in turn and "text" in turn for turn in turns)
    )


def sides(row: Mapping[str, Any]) -> list[Side]:
    """Both sides of a dialogue; a speaker who says nothing has none."""
    turns = [(str(turn["speaker"]), str(turn["text"])) for turn in row["turns"]]
    speakers = list(dict.fromkeys(speaker for speaker, _ in turns))
    return [Side(speaker, [*_system(row, speaker), *_messages(turns, speaker)]) for speaker in speakers]


def _messages(turns: Sequence[tuple[str, str]], speaker: str) -> list[dict[str, str]]:
    messages: list[dict[str, str]] = []
    if turns[0][0] == speaker:
        messages.append({"role": "user", "content": BEGIN})
    for who, text in turns:
        role = "assistant" if who == speaker else "user"
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += f"\n{text}"
        else:
            messages.append({"role": role, "content": text})
    while messages[-1]["role"] != "assistant":
        messages.pop()
    return messages


def _system(row: Mapping[str, Any], speaker: str) -> list[dict[str, str]]:
    persona = next((p for p in row.get("personas") or () if p.get("speaker") == speaker), None)
    lines = []
    if persona is not None:
        facts = [fact["text"] if isinstance(fact, Mapping) else str(fact) for fact in persona.get("facts") or ()]
        lines += ["You are this person:", *(f"- {fact}" for fact in facts)]
    plan = row.get("plan")
    if isinstance(plan, Mapping) and plan.get("setting"):
        lines.append(f"You are {plan['setting']}.")
    return [{"role": "system", "content": "\n".join(lines)}] if lines else []


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    return [write_json_lines(_items(rows), folder / f"{stem(name)}.jsonl")]


def _items(rows: Iterable[Line]) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(rows, 1):
        row = dataset_row(line)
        if not is_dialogue(row):
            found = ", ".join(map(str, row)) or "none"
            message = f"row {number} is no dialogue; its columns are: {found}."
            raise UsageError(message, hint="Dialogues have `turns` of speaker and text. Export others as openai_chat.")
        for side in sides(row):
            yield {
                "dialogue": str(row.get("record_id") or number),
                "speaker": side.speaker,
                "group": row.get("group") or "",
                "messages": side.messages,
                "loss_mask": side.loss_mask,
            }


DIALOGUE_CHAT = Exporter(
    "dialogue_chat",
    "Dialogues: JSONL with messages and a loss mask, a line for each speaker of each dialogue.",
    _export,
)
