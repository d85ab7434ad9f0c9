"""Candidate pairs: rows that share a band of their sketches, found band by band in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from .digests import read_column
from .kinds import WIDTH as KEY_WIDTH
from .sketch import BITS_WIDTH, Plan

SLOTS = 4
"""Rows of a bucket that later rows are compared with: its first ones. A bucket that thousands of rows share, as rows
made from one template do, so costs each of them four comparisons, not thousands; rows that are alike beyond the
template also share buckets of their own."""
MOST_PAIRS = 1 << 23
"""Candidate pairs held at once."""
_PART = 1 << 20
"""Rows or pairs at once, about."""
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


def candidates(
    digests: np.ndarray, order: np.ndarray, plan: Plan, standing: int | None = None, most: int = MOST_PAIRS
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that may be alike, each once.

    Two rows are a pair if they share a band, the earlier one is among the first `SLOTS` rows of the bucket, and
    their sketches differ in no more bits than those of rows that are alike do.

    Args:
        digests: those of all rows (`sketch.digests_of`).
        order: the rows to compare, earlier ones first, each of another kind.
        plan: how they were sketched.
        standing: only the first so many of `order` stand for others, and only the others are compared with them;
            none: each row stands for those after it.
        most: pairs held at once; beyond them the rows are gone through in parts.

    Yields:
        (earlier, later): int64, places in `order`, sorted by the later one and then by the earlier one, a
        million or so at once. All pairs of a later row come at once, and those of lower rows have come before.
    """
    ranges = [(standing or 0, len(order))]
    bits = np.empty((len(order), BITS_WIDTH), dtype=np.uint64)
    for at in range(BITS_WIDTH):
        bits[:, at] = _column(digests, KEY_WIDTH + at, order)
    while ranges:
        low, high = ranges.pop()
        found = _Found(most)
        for keys in _buckets(digests, order[:high], plan):
            for earlier, later in _pairs(keys, low, standing):
                _sift(earlier, later, bits, plan.most_differing, found)
            if found.too_many and high - low > 1:
                middle = (low + high) // 2
                ranges += [(middle, high), (low, middle)]
                break
        else:
            yield from _in_pieces(found.all())


class _Found:
    """Pairs found so far, each as one number, of which `all` gives each once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[np.ndarray] = []
        self._size = 0

    def add(self, codes: np.ndarray) -> None:
        self._parts.append(codes)
        self._size += len(codes)

    @property
    def too_many(self) -> bool:
        if self._size > self._most:
            self.all()
        return self._size > self._most // 2

    def all(self) -> np.ndarray:
        codes: np.ndarray = np.concatenate([np.empty(0, dtype=np.uint64), *self._parts])
        self._parts.clear()
        codes.sort()
        codes = codes[np.append(True, codes[1:] != codes[:-1])[: len(codes)]]
        self._parts, self._size = [codes], len(codes)
        return codes


def _in_pieces(codes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    first = 0
    while first < len(codes):
        last = min(first + _PART, len(codes))
        last = int(np.searchsorted(codes, codes[last - 1] | _LOW, side="right"))  # all pairs of the last row
        piece = codes[first:last]
        yield (piece & _LOW).astype(np.int64), (piece >> _HALF).astype(np.int64)
        first = last


def _column(digests: np.ndarray, at: int, order: np.ndarray) -> np.ndarray:
    if (order[1:] > order[:-1]).all():
        return read_column(digests, at, order)
    column: np.ndarray = read_column(digests, at)[order]
    return column


def _buckets(digests: np.ndarray, order: np.ndarray, plan: Plan) -> Iterator[np.ndarray]:
    """The keys of each band, a part of them at a time, so that rows of one key are in one part.

    Yields:
        (rows,) of uint64, sorted: the key in the upper half, the place in the lower.
    """
    bounds = np.linspace(0, 256, min(256, max(1, len(order) // _PART)) + 1).astype(int).tolist()
    for band in range(plan.bands):
        if band % 2 == 0:
            column = _column(digests, KEY_WIDTH + BITS_WIDTH + band // 2, order)
        begin = (column >> np.uint64(56 if band % 2 else 24)).astype(np.uint8)
        for start, stop in pairwise(bounds):
            places = np.flatnonzero((begin >= start) & (begin < stop))
            keys = column[places]
            keys = keys & ~_LOW if band % 2 else keys << _HALF
            keys |= places.view(np.uint64)
            keys.sort()
            yield keys


def _pairs(keys: np.ndarray, low: int, standing: int | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of some buckets whose later row is at `low` or beyond."""
    same = (keys[1:] >> _HALF) == (keys[:-1] >> _HALF)
    shared = np.zeros(len(keys), dtype=bool)
    shared[1:] = same
    shared[:-1] |= same
    keys = keys[shared]
    if not len(keys):
        return
    places = (keys & _LOW).astype(np.int64)
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] >> _HALF) != (keys[:-1] >> _HALF)
    starts = np.flatnonzero(new)
    start = np.repeat(starts, np.diff(np.append(starts, len(keys))))
    rank = np.arange(len(keys)) - start
    for slot in range(SLOTS):
        later = np.flatnonzero((rank > slot) & (places >= low))
        if not len(later):
            return
        first = places[start[later] + slot]
        if standing is not None:
            right = first < standing
            first, later = first[right], later[right]
        yield first, places[later]


def _sift(earlier: np.ndarray, later: np.ndarray, bits: np.ndarray, most_differing: int, found: _Found) -> None:
    for part in range(0, len(earlier), _PART):
        one, other = earlier[part : part + _PART], later[part : part + _PART]
        near = np.bitwise_count(bits[one] ^ bits[other]).sum(axis=1, dtype=np.uint16) <= most_differing
        found.add((other[near].astype(np.uint64) << _HALF) | one[near].astype(np.uint64))
