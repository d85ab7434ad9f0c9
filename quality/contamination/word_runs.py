"""Runs of words of many texts, as numbers: what is looked up in the index of evaluation sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..words import tokens

_LIMIT = 1 << 20
"""Characters of a table of powers; longer stretches begin it anew."""
_BASE = 0x9E3779B97F4A7C15
_MIX = np.uint64(0xD6E8FEB86659FD93)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some texts, one after the other, as hashes."""

    hashes: np.ndarray
    """uint64, one per word."""
    first: np.ndarray
    """int64, one per text and one more: the number of its first word."""

    def runs(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """All runs of so many words that lie within one text.

        Returns:
            (hash of each run: uint64; number of its first word: int64).
        """
        count = len(self.hashes) - length + 1
        if count <= 0:
            return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
        factors = _factors(length)
        hashed = self.hashes[:count] * factors[0]
        for at in range(1, length):
            hashed += self.hashes[at : at + count] * factors[at]
        hashed ^= hashed >> np.uint64(32)
        hashed *= _MIX
        hashed ^= hashed >> np.uint64(29)
        sizes = np.diff(self.first)
        whole = np.flatnonzero(np.arange(count) + length <= np.repeat(self.first[1:], sizes)[:count])
        return hashed[whole], whole


def words_of(texts: Sequence[str]) -> Words:
    """The words of each text, as `quality.words.tokens` cuts it."""
    joined = "\n".join(texts)
    if joined.isascii():
        raw = joined.encode("ascii")
        sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    else:
        parts = [text.encode("ascii") if text.isascii() else _spaced(text) for text in texts]
        raw = b"\n".join(parts)
        sizes = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
    marks = np.frombuffer(b"\n" + raw.translate(_table()) + b"\n", dtype=np.uint8)
    inside = marks != 10
    starts = np.flatnonzero(inside[1:] & ~inside[:-1])
    ends = np.flatnonzero(inside[:-1] & ~inside[1:])
    begins = np.append(np.cumsum(sizes + 1) - sizes - 1, len(raw) + 1)
    return Words(_hashed(marks[1:-1], starts, ends), np.searchsorted(starts, begins))


def _spaced(text: str) -> bytes:
    return " ".join(tokens(text)).encode("utf-8", "surrogatepass")


def _hashed(marks: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A hash of each word, of its bytes alone."""
    hashes = np.empty(len(starts), dtype=np.uint64)
    begin = 0
    while begin < len(starts):
        # A stretch of whole words; a single word may be longer than the table, which then does for its beginning.
        stop = max(begin + 1, int(np.searchsorted(ends, starts[begin] + _LIMIT, side="right")))
        low = starts[begin]
        high = min(int(ends[stop - 1]), int(low) + _LIMIT)
        powers, inverse = _powers()
        sums = np.zeros(high - low + 1, dtype=np.uint64)
        np.cumsum(marks[low:high] * powers[: high - low], out=sums[1:])
        first, last = starts[begin:stop] - low, np.minimum(ends[begin:stop] - low, high - low)
        hashes[begin:stop] = (sums[last] - sums[first]) * inverse[first]
        begin = stop
    hashes ^= hashes >> np.uint64(31)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(32)
    return hashes


@cache
def _powers() -> tuple[np.ndarray, np.ndarray]:
    """Powers of an odd number modulo 2**64, and those of its inverse."""
    tables = []
    for base in (_BASE, pow(_BASE, -1, 1 << 64)):
        table = np.ones(_LIMIT, dtype=np.uint64)
        size = 1
        while size < _LIMIT:
            table[size : 2 * size] = table[:size] * np.uint64(pow(base, size, 1 << 64))
            size *= 2
        tables.append(table)
    return tables[0], tables[1]


@cache
def _factors(length: int) -> np.ndarray:
    drawn = np.random.Generator(np.random.PCG64(13)).integers(0, 1 << 63, size=length, dtype=np.uint64)
    return drawn * np.uint64(2) + np.uint64(1)


@cache
def _table() -> bytes:
    """Byte -> itself in lower case if it is part of a word, else a line break."""
    table = bytearray(b"\n" * 128 + bytes(range(128, 256)))
    for mark in b"abcdefghijklmnopqrstuvwxyz0123456789":
        table[mark] = mark
        table[ord(chr(mark).upper())] = mark
    return bytes(table)
