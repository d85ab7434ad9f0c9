"""Rows as items of `exam`: what is examined, what goes along, and what names the row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from ...core import SourceRow
from ...core.errors import UsageError
from ...core.records.exam import ExaminedRow, ExamQuestion
from ..builder import Item

_IDS = ("id", "row_id", "record_id", "uid")
_TEXTS = tuple(ExaminedRow.model_fields)
_OURS = frozenset({*_TEXTS, "origin"})
_EXAM = ("row", "original", "questions", "consistency")
_TOLD = ("problem", "problem_text", "category", "reason", "queries", "knowledge", "passages")
_NESTED = frozenset({"original", "questions", "beside", "queries", "passages"})


def row_of(fields: Mapping[str, Any]) -> ExaminedRow:
    """The part of a row of instruction data that is examined."""
    turns = [{"role": str(turn["role"]), "content": str(turn["content"])} for turn in fields.get("messages") or ()]
    return ExaminedRow(
        instruction=fields["instruction"],
        input=fields.get("input") or "",
        output=fields["output"],
        system=fields.get("system") or None,
        messages=tuple(turns),
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
    """The item of a row of a finished exam: its questions are put again.

    Raises:
        UsageError: it is no row of an exam.
    """
    fields = row.fields.get("record") if isinstance(row.fields.get("record"), Mapping) else row.fields
    told = {name: _read(name, value) for name, value in (fields or {}).items()}
    missing = [name for name in _EXAM if name not in told]
    if missing:
        found = ", ".join(sorted(map(str, row.fields))) or "none"
        message = f"{row.key} is no row of an exam: it lacks {', '.join(missing)}; its columns are: {found}."
        raise UsageError(message, hint="Give the folder of a run of the recipe exam, or its records.")
    try:
        questions = [ExamQuestion.model_validate(question).model_dump(mode="json") for question in told["questions"]]
        original = ExaminedRow.model_validate(told["original"]).model_dump(mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        message = f"{row.key} is no row of an exam: {place}: {first['msg']}."
        raise UsageError(message, hint="Give the exam as corpusmith wrote it.") from error
    exam = {name: told.get(name) for name in (*_EXAM, *_TOLD)}
    data = {"row": original, "key": told["row"], "row_id": told.get("row_id") or "", "beside": told.get("beside") or {}}
    return Item(row.key, {**data, "exam": {**exam, "questions": questions}})


def _read(name: str, value: Any) -> Any:
    """A column; in a data set on disk those without a common type are JSON text."""
    if name in _NESTED and isinstance(value, str):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def own_id(fields: Mapping[str, Any]) -> str:
    """The id that a row has by itself; empty if it has none."""
    for name in _IDS:
        value = fields.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""
