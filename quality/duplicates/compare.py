"""Comparing rows by their texts: exact Jaccard index of the shingles, and the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..check import Row
from .numbers import is_marked, same_numbers
from .shingles import Sets, jaccard, shingle_sets

_ROWS = 2048
_CHARACTERS = 1 << 24
"""Rows and characters that are compared at once, unless a single pair has more."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two rows are compared."""

    fields: tuple[str, ...]
    """Columns that must all be alike."""
    least: float
    """Rows less alike than this count as not alike at all."""
    numbers: bool
    """Whether rows with other numbers are not alike, whatever the rest is like."""

    def texts(self, rows: Sequence[Row]) -> list[tuple[str, ...]]:
        """The columns of rows, row by row."""
        return [tuple(row.text(field) for field in self.fields) for row in rows]

    def value(self, one: tuple[Sequence[str], Sets], other: tuple[Sequence[str], Sets]) -> float:
        """How alike two rows are, each given as its texts and their shingles; 0.0 below `least`.

        Where one of them has no punctuation at all, the other is also compared without its own.
        """
        value = jaccard(one[1], other[1], self.least)
        if value < 1 and any(map(is_marked, one[0])) != any(map(is_marked, other[0])):
            bare = shingle_sets(list(zip(one[0], other[0], strict=True)), bare=True)
            value = max(value, jaccard(bare[0], bare[1], self.least))
        if value < self.least or (self.numbers and not all(map(same_numbers, one[0], other[0]))):
            return 0.0
        return value

    def pair(self, one: Row, other: Row) -> float:
        """How alike two rows are; 0.0 below `least`."""
        texts = self.texts([one, other])
        first, second = shingle_sets(list(zip(*texts, strict=True)))
        return self.value((texts[0], first), (texts[1], second))

    def pairs(self, earlier: np.ndarray, later: np.ndarray, read: Callable[[np.ndarray], Sequence[Row]]) -> np.ndarray:
        """How alike the rows of each pair are: float64, 0.0 below `least`.

        Args:
            earlier: rows by position, int64.
            later: the other row of each pair.
            read: reads rows by position, ascending.
        """
        values = np.zeros(len(earlier))
        parts = [(0, len(earlier))] if len(earlier) else []
        while parts:
            first, last = parts.pop()
            wanted = np.unique(np.concatenate([earlier[first:last], later[first:last]]))
            texts = self.texts(read(wanted)) if len(wanted) <= _ROWS or last - first == 1 else None
            if texts is None or (last - first > 1 and _characters(texts) > _CHARACTERS):
                middle = (first + last) // 2
                parts += [(middle, last), (first, middle)]
                continue
            sets = shingle_sets(list(zip(*texts, strict=True)))
            one = np.searchsorted(wanted, earlier[first:last]).tolist()
            other = np.searchsorted(wanted, later[first:last]).tolist()
            values[first:last] = [
                self.value((texts[a], sets[a]), (texts[b], sets[b])) for a, b in zip(one, other, strict=True)
            ]
        return values


def _characters(rows: Sequence[Sequence[str]]) -> int:
    return sum(len(text) for row in rows for text in row)
