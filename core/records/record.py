"""Record: a row that was built, frozen, with an id and the story of its making. One file here for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..canonical import digest


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of seed data or of a data set under test, as it was read."""

    key: str
    """Names the row within its source: "passages.jsonl:12" (file name and 1-based line), stable between runs."""
    fields: Mapping[str, Any]


class Origin(BaseModel):
    """How a record came to be; enough to make it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    builder: str
    """Registered name of the builder, or "import" for a row that was read from elsewhere."""
    version: str = ""
    """Version of corpusmith that built it."""
    source: str = ""
    """Key of the seed row it was made from."""
    prompts: dict[str, str] = Field(default_factory=dict)
    """Name of each prompt used -> its hash."""
    calls: tuple[str, ...] = ()
    """Request keys of the calls it rests on; the journal holds the replies."""
    parents: tuple[str, ...] = ()
    """Ids of the records it was made from."""
    seed: int = 0
    """The run's seed."""
    notes: dict[str, Any] = Field(default_factory=dict)
    """What the builder measured while making it (scores, the chunk's place in its document ...)."""


class Record(BaseModel):
    """A row that was built. Equality of content is `content_hash`; identity is `id`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    origin: Origin

    @cached_property
    def content(self) -> dict[str, Any]:
        """The fields that a reader of the data set sees: all but `kind` and `origin`."""
        return self.model_dump(exclude={"kind", "origin"})

    def stored(self) -> dict[str, Any]:
        """The record as plain JSON data: what `parse_record` reads."""
        return self.model_dump(mode="json")

    @cached_property
    def content_hash(self) -> str:
        """Hash of kind and content: equal for equal rows."""
        return digest("content-1", [self.kind, self.content])

    @cached_property
    def id(self) -> str:
        """Hash of kind, content and source row, so that two equal rows from two seeds keep two ids."""
        return digest("record-1", [self.kind, self.content, self.origin.source])
