"""The shape in which knowledge-consistency data was released: each row with its class, its knowledge and the reason.

Source: Wan et al. 2024 (KCA). The texts are those before the treatment, since class and knowledge are what a treatment
is made from. Rows that could not be examined have no class there; they are in this format only where the recipe keeps
them (builder.unexamined: keep), by our own names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from ...core.errors import UsageError
from ..rows import dataset_row
from ..sources.shapes import messages_of
from .exporter import Exporter, Line, stem
from .files import write_json_lines

CLASSES = {
    "no_need": "no_need_fact",
    "consistent": "need_and_have_fact",
    "inconsistent": "need_and_have_no_fact",
    "unlabelled": "unlabelled",
    "unexaminable": "unexaminable",
}
"""Our class -> the released one."""
_SPEAKERS = {"user": "human", "assistant": "gpt"}


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    return [write_json_lines(_items(rows), folder / f"{stem(name)}.jsonl")]


def _items(rows: Iterable[Line]) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for number, line in enumerate(rows, 1):
        row = dataset_row(line)
        original = row.get("original")
        if isinstance(original, str):
            original = orjson.loads(original)
        if row.get("consistency") not in CLASSES or not isinstance(original, Mapping):
            found = ", ".join(map(str, row)) or "none"
            message = f"row {number} was not examined; its columns are: {found}."
            raise UsageError(message, hint="The kca format is for what the exam builder makes.")
        yield {
            "id": _unique(row, seen),
            "conversations": [
                {"from": _SPEAKERS.get(turn["role"], turn["role"]), "value": turn["content"]}
                for turn in messages_of(original)
            ],
            "class": CLASSES[row["consistency"]],
            "analysis": row.get("reason") or "",
            "knowledge": row.get("knowledge") or "",
        }


def _unique(row: Mapping[str, Any], seen: set[str]) -> str:
    """The input row's own id; where it has none, or an earlier row has the same, its place in its file."""
    found = next(
        str(row[column])
        for column in ("row_id", "row", "record_id")
        if row.get(column) and str(row[column]) not in seen
    )
    seen.add(found)
    return found


KCA = Exporter(
    "kca",
    "Knowledge-consistency data as released: JSONL with id, conversations, class, analysis and knowledge.",
    _export,
)
