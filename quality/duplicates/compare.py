"""Comparing rows by their texts: exact Jaccard index of the shingles, and the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..check import Read, Row
from .numbers import is_marked, same_numbers
from .shingles import Sets, jaccard, shingle_sets

_PAIRS = 2048
_CHARACTERS = 1 << 24
"""Pairs and characters that are compared at once, unless a single pair has more."""


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
        return self._told(value, one[0], other[0], _is_marked(one[0]) != _is_marked(other[0]))

    def pair(self, one: Row, other: Row) -> float:
        """How alike two rows are; 0.0 below `least`."""
        texts = self.texts([one, other])
        first, second = shingle_sets(list(zip(*texts, strict=True)))
        return self.value((texts[0], first), (texts[1], second))

    def pairs(self, earlier: np.ndarray, later: np.ndarray, read: Read) -> np.ndarray:
        """How alike the rows of each pair are: float64, 0.0 below `least`.

        Args:
            earlier: rows by position, int64.
            later: the other row of each pair.
            read: reads rows by position, ascending.
        """
        values = np.zeros(len(earlier))
        parts = [(at, min(at + _PAIRS, len(earlier))) for at in range(0, len(earlier), _PAIRS)]
        while parts:
            first, last = parts.pop()
            wanted, of_pair = np.unique(np.stack([earlier[first:last], later[first:last]]), return_inverse=True)
            texts = self.texts(read(wanted))
            if last - first > 1 and _characters(texts) > _CHARACTERS:
                middle = (first + last) // 2
                parts += [(middle, last), (first, middle)]
                continue
            values[first:last] = self._values(texts, of_pair.reshape(2, -1))
        return values

    def _values(self, texts: Sequence[tuple[str, ...]], of_pair: np.ndarray) -> np.ndarray:
        """Column by column, the shortest first: most pairs are settled by it.

        Args:
            texts: those of some rows.
            of_pair: (2, pairs): which two rows.
        """
        values = np.ones(of_pair.shape[1])
        marked = np.fromiter(map(_is_marked, texts), dtype=bool, count=len(texts))
        differ = np.not_equal(*marked[of_pair])
        for column in sorted(zip(*texts, strict=True), key=lambda column: sum(map(len, column))):
            left = np.flatnonzero((values > 0) | differ)
            rows, places = np.unique(of_pair[:, left], return_inverse=True)
            sets = shingle_sets([[column[row] for row in rows.tolist()]]) if len(rows) else []
            one, other = places.reshape(2, -1).tolist()
            found = [jaccard(sets[a], sets[b], self.least) for a, b in zip(one, other, strict=True)]
            values[left] = np.minimum(values[left], found)
        for at in np.flatnonzero((values > 0) | differ).tolist():
            one, other = of_pair[:, at].tolist()
            values[at] = self._told(float(values[at]), texts[one], texts[other], bool(differ[at]))
        return values

    def _told(self, value: float, one: Sequence[str], other: Sequence[str], bare: bool) -> float:
        """What is said of two rows whose shingles are so much alike; `bare`: also compare them without punctuation."""
        if bare and value < 1:
            sets = shingle_sets(list(zip(one, other, strict=True)), bare=True)
            value = max(value, jaccard(sets[0], sets[1], self.least))
        if value < self.least or (self.numbers and not all(map(same_numbers, one, other))):
            return 0.0
        return value


def _is_marked(texts: Sequence[str]) -> bool:
    return any(map(is_marked, texts))


def _characters(rows: Sequence[Sequence[str]]) -> int:
    return sum(len(text) for row in rows for text in row)
