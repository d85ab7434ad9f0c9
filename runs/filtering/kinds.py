"""Kinds of rows a filter can judge: what its checks see of a row, and what is said where no row is of that kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...core.errors import UsageError
from ...data.sources import checked_fields, unknown_shape_error
from ...quality.dialogues.shape import UnlabelledLine, to_dialogue_fields
from ...quality.gates import RowsOf
from .store import View


@dataclass(frozen=True, slots=True)
class RowKind:
    """One kind."""

    view: View
    """A row's own columns -> those that checks look at; None: it is no row of this kind."""
    stranger: Callable[[Mapping[str, Any]], UsageError]
    """The error for data of which not one row is of this kind."""


def _dialogue(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return to_dialogue_fields(fields)
    except UnlabelledLine:
        return None


def _no_dialogue(fields: Mapping[str, Any]) -> UsageError:
    try:
        to_dialogue_fields(fields)
    except UnlabelledLine as error:
        return UsageError(f"the first rows are no dialogues: {error}.", hint='Every line begins with "Speaker: ".')
    found = ", ".join(map(str, fields)) or "none"
    message = f"these rows are not dialogues of a known shape; the columns found are: {found}."
    hint = "Give a list of turns as `turns` or `messages`, or a text with a `Speaker: ...` a line as `conversation`."
    return UsageError(message, hint=hint)


ROW_KINDS: Mapping[RowsOf, RowKind] = {
    "instructions": RowKind(checked_fields, unknown_shape_error),
    "dialogues": RowKind(_dialogue, _no_dialogue),
}
