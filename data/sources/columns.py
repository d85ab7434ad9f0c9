"""Column mapping: giving a data set's columns the names that are wanted here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from ...core import SourceRow
from ...core.errors import UsageError
from .row import Entry, Unreadable

# So many rows are looked at before a column counts as missing from the whole source.
_LOOK = 100
_ABSENT = object()


def parse_columns(text: str) -> dict[str, str]:
    """Read a mapping given as text.

    Args:
        text: "instruction=prompt,output=answer": our name, then theirs.

    Raises:
        UsageError: a part is not of that form, or one of our names comes twice.
    """
    columns: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        if not (ours and equals and theirs):
            message = f"the column mapping {part!r} is not of the form ours=theirs."
            raise UsageError(message, hint="For example: --columns instruction=prompt,output=answer")
        if ours in columns:
            message = f"the column mapping gives {ours!r} twice: {columns[ours]!r} and {theirs!r}."
            raise UsageError(message, hint="Give each of our columns once.")
        columns[ours] = theirs
    return columns


def map_columns(entries: Iterator[Entry], columns: Mapping[str, str], where: str) -> Iterator[Entry]:
    """Rename columns row by row; the columns not named stay as they are.

    A column of theirs that does not exist by its whole name is taken as a path into nested values, with dots:
    "instances.0.output".

    Args:
        entries: rows and unreadable lines.
        columns: our name -> theirs.
        where: the source, for the message.

    Raises:
        UsageError: none of the first 100 rows has the column; the message lists what there is. A later row without
            it is unreadable by itself.
    """
    head = list(islice(entries, _LOOK))
    rows = [entry for entry in head if isinstance(entry, SourceRow)]
    if rows:
        for ours, theirs in columns.items():
            if all(_look_up(row.fields, theirs) is _ABSENT for row in rows):
                raise _missing(ours, theirs, rows, where)
    for entry in chain(head, entries):
        yield entry if isinstance(entry, Unreadable) else _renamed(entry, columns)


def _renamed(row: SourceRow, columns: Mapping[str, str]) -> Entry:
    found = {ours: _look_up(row.fields, theirs) for ours, theirs in columns.items()}
    for ours, value in found.items():
        if value is _ABSENT:
            return Unreadable(row.key, f"there is no column {columns[ours]!r} in this row")
    taken = set(columns.values())
    return SourceRow(row.key, {**{name: v for name, v in row.fields.items() if name not in taken}, **found})


def _look_up(fields: Mapping[str, Any], name: str) -> Any:
    if name in fields:
        return fields[name]
    value: Any = fields
    for step in name.split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _ABSENT
    return value


def _missing(ours: str, theirs: str, rows: list[SourceRow], where: str) -> UsageError:
    found = list(dict.fromkeys(str(name) for row in rows for name in row.fields))
    near = difflib.get_close_matches(theirs, found, n=1)
    message = f"{where}: there is no column {theirs!r} to take as {ours!r}; the columns are: {', '.join(found)}."
    return UsageError(message, hint=f"Did you mean {ours}={near[0]}?" if near else "Name one of these.")
