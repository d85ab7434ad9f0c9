"""RowRecord: a row of free shape."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import Field

from .record import Record


class RowRecord(Record):
    """A row of free shape: what a prompt's schema asked for, beside the seed it was made from."""

    kind: Literal["row"] = "row"
    fields: dict[str, Any]
    """The reply's fields."""
    seed: dict[str, Any] = Field(default_factory=dict)
    """The seed's own columns."""

    @cached_property
    def content(self) -> dict[str, Any]:
        """The reply's fields as the row's columns, the seed's own columns under `seed`."""
        return {**self.fields, "seed": self.seed} if self.seed else dict(self.fields)

    def stored(self) -> dict[str, Any]:
        """The record as plain JSON data; its fields and its seed are that already."""
        return {"kind": self.kind, "origin": self.origin.model_dump(), "fields": self.fields, "seed": self.seed}
