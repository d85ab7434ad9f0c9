"""Rows as items of `exam`: what is examined, what goes along, and what names the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core import SourceRow
from ...core.records.exam import ExaminedRow, ExamQuestion
from ..builder import Item

_IDS = ("id", "row_id", "record_id", "uid")
_TEXTS = tuple(ExaminedRow.model_fields)
_OURS = frozenset({*_TEXTS, "origin"})


def row_of(fields: Mapping[str, Any]) -> ExaminedRow:
    """The part of a row of instruction data that is examined."""
    turns = [{"role": str(turn["role"]), "content": str(turn["content"])} for turn in fields.get("messages") or ()]
    return ExaminedRow(
        instruction=fields["instruction"],
        input=fields.get("input") or "",
        output=fields["output"],
        system=fields.get("system") or None,
        messages=tuple(turns),  # type: ignore[arg-type]
    )


def item_of(row: SourceRow) -> Item:
    """The item of a row of data; its key names it, whatever its own id is."""
    beside = {name: value for name, value in row.fields.items() if name not in _OURS}
    return Item(
        row.key,
        {
            "row": row_of(row.fields).model_dump(mode="json"),
            "key": row.key,
            "row_id": own_id(row.fields),
            "beside": beside,
        },
    )


def repeated_item(row: SourceRow) -> Item:
    """The item of a row of a finished exam: its questions are asked again."""
    told = dict(row.fields)
    told["questions"] = [ExamQuestion.model_validate(question) for question in told["questions"]]
    return Item(
        told["row"],
        {
            "row": told["original"],
            "key": told["row"],
            "row_id": told["row_id"],
            "beside": told["beside"],
            "exam": told,
        },
    )


def own_id(fields: Mapping[str, Any]) -> str:
    """The id that a row has by itself; empty if it has none."""
    for name in _IDS:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""
