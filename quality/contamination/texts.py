"""The texts of a row, wherever in its columns they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def texts_of(fields: Mapping[str, Any], columns: Sequence[str] | None = None) -> Iterator[tuple[str, str]]:
    """All texts of a row: (place, text), as in ("output", ...) or ("messages.0.content", ...).

    Args:
        fields: the row's columns.
        columns: only these; none: all.
    """
    for name in fields if columns is None else columns:
        value = fields.get(name)
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, Mapping | list | tuple):
            yield from _within(name, value)


def text_at(fields: Mapping[str, Any], place: str) -> str:
    """The text at a place that `texts_of` named; the empty text if there is none."""
    return dict(texts_of(fields, [place.partition(".")[0]])).get(place, "")


def _within(place: str, value: Any) -> Iterator[tuple[str, str]]:
    # Not by recursion: a row may be nested deeper than Python's stack.
    waiting = [(place, value)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str):
            yield place, value
        elif isinstance(value, Mapping):
            waiting += reversed([(f"{place}.{name}", one) for name, one in value.items()])
        elif isinstance(value, list | tuple):
            waiting += reversed([(f"{place}.{at}", one) for at, one in enumerate(value)])
