"""Rows that can be gone through more than once, and a part of them that fits in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from ...core.errors import UsageError
from ..check import Row
from .fields import parts, renamed, same_role

Rows = Sequence[Row] | Callable[[], Iterable[Row]]
"""Rows that can be gone through more than once: a list, or a function that opens them anew."""
_MOST_CHARACTERS = 60_000_000
_LOOKED_AT = 200


def opened(rows: Rows, name: str) -> Iterable[Row]:
    """The rows, from the first one on.

    Raises:
        UsageError: they can be gone through only once.
    """
    if callable(rows):
        return rows()
    if not isinstance(rows, Sequence):
        message = f"{name} is a {type(rows).__name__}, which can be gone through only once."
        raise UsageError(message, hint="Give a list of rows, or a function that returns a fresh iterator.")
    return rows


def as_in(reference: Rows, fields: Sequence[str]) -> tuple[Rows, dict[str, str]]:
    """A reference under the names of the data's columns, and what was renamed: {theirs: ours}."""
    names = same_role(fields, list(islice(opened(reference, "reference"), _LOOKED_AT)))
    if not names:
        return reference, names
    return (lambda: (renamed(row, names) for row in opened(reference, "reference"))), names


def draw(rows: Iterable[Row], most: int, seed: int, fields: Sequence[str]) -> list[Row]:
    """A part of the rows, drawn by a digest of their position: whenever it grows too large, half of it goes.

    Args:
        rows: the rows.
        most: rows to hold; texts of 60 million characters in `fields` at most.
        seed: of the draw.
        fields: the columns that count.
    """
    held: list[tuple[int, Row, int]] = []
    bar, size = 1 << 64, 0
    for at, row in enumerate(rows):
        drawn = int.from_bytes(hashlib.blake2b(b"%d/%d" % (seed, at), digest_size=8).digest(), "big")
        if drawn >= bar:
            continue
        length = sum(len(part.text) for part in parts(row, fields))
        held.append((drawn, row, length))
        size += length
        while len(held) > 1 and (len(held) > most or size > _MOST_CHARACTERS):
            bar //= 2
            held = [one for one in held if one[0] < bar]
            size = sum(one[2] for one in held)
    return [row for _, row, _ in held]
