"""Any data set as instruction data: every row with instruction, input and output, whatever its columns were called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

from ...core import SourceRow
from ...core.errors import UsageError
from .row import Entry, Unreadable
from .shapes import checked_fields, unknown_shape_error
from .source import Source, open_source

_LOOK = 100
"""Rows that are looked at before a whole source counts as no instruction data."""
UNKNOWN_SHAPE = "unknown_shape"


def open_instructions(
    location: str | Path, *, columns: Mapping[str, str] | None = None, limit: int | None = None
) -> Source:
    """A data set as rows of instruction data; see `to_instruction_fields` for the shapes that are known.

    A row of another shape is unreadable by itself, with the reason "unknown_shape".

    Args:
        location: as `open_source`.
        columns: our column name -> the name it has there.
        limit: the number of rows to stop after.

    Raises:
        UsageError: there is no such file or its format is unknown; on reading: none of the first hundred rows is
            instruction data.
    """
    raw = open_source(location, columns=columns)

    def read() -> Iterator[Entry]:
        entries = iter(raw)
        head = list(islice(entries, _LOOK))
        rows = [entry for entry in head if isinstance(entry, SourceRow)]
        if rows and all(checked_fields(row.fields) is None for row in rows):
            raise _unknown(rows[0])
        yield from map(_as_instruction, chain(head, entries))

    return Source(str(location), read, raw.identify, {}, limit)


def _unknown(row: SourceRow) -> UsageError:
    told = unknown_shape_error(row.fields)
    names = [str(name) for name in row.fields]
    asked, said = (*names, "COLUMN", "COLUMN")[:2]
    hint = f"Say which they are, for example: --set 'seeds.columns={{instruction: {asked}, output: {said}}}'"
    return UsageError(f"{row.key}: {told.message}", hint=hint)


def _as_instruction(entry: Entry) -> Entry:
    if isinstance(entry, Unreadable):
        return entry
    fields = checked_fields(entry.fields)
    if fields is None:
        found = ", ".join(map(str, entry.fields)) or "none"
        return Unreadable(entry.key, f"this row is no instruction data; its columns are: {found}", UNKNOWN_SHAPE)
    return SourceRow(entry.key, fields)
