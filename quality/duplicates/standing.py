"""Rows as they come: which of them stand for later ones, and how alike a new row is to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..check import Row
from .band_index import BandIndex
from .compare import Comparison
from .kinds import WIDTH as KEY_WIDTH
from .shingles import shingle_sets
from .sketch import BITS_WIDTH, Plan


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a row."""

    index: int
    id: str
    texts: tuple[str, ...]


Best = tuple[float, Known]
"""How alike the most alike row is, and the row."""


class Standing:
    """The rows so far, found by the bands of their sketches. It tells the same as `near_matches`."""

    def __init__(self, plan: Plan, comparison: Comparison, bar: float) -> None:
        """Begin with no row.

        Args:
            plan: how rows are sketched.
            comparison: how they are compared; its `least` is the floor.
            bar: from which likeness on a row repeats another.
        """
        self._plan = plan
        self._comparison = comparison
        self._bar = bar
        self._index = BandIndex()
        self._places: dict[bytes, int] = {}  # the first row of each kind
        self._repeats: dict[int, Best] = {}  # place -> the row that stands for it
        self._rows: list[Known] = []
        self._bits = np.empty((1024, BITS_WIDTH), dtype=np.uint64)
        self._last: bytes | None = None

    def take(self, row: Row, digest: np.ndarray) -> Best | None:
        """Take the next row: the most alike of the rows that stand for others, of equals the first, or None.

        Args:
            row: the row.
            digest: its digest, (plan.width,) of uint64.
        """
        self._last = None
        key = digest[:KEY_WIDTH].tobytes()
        if not any(key):
            return None
        place = self._places.get(key)
        if place is not None:
            return self._repeats.get(place, (1.0, self._rows[place]))
        bits = digest[KEY_WIDTH : KEY_WIDTH + BITS_WIDTH]
        bands = np.ascontiguousarray(digest[KEY_WIDTH + BITS_WIDTH :]).view(np.uint32)[: self._plan.bands]
        known = Known(row.index, row.id, self._comparison.texts([row])[0])
        best = self._best(known.texts, bits, self._index.find(bands))
        place = self._index.add(bands)
        if place == len(self._bits):
            self._bits = np.concatenate([self._bits, np.empty_like(self._bits)])
        self._bits[place] = bits
        self._rows.append(known)
        self._places[key] = place
        if best is not None and best[0] >= self._bar:
            self._repeats[place] = best
        self._last = key
        return best

    def forget(self, row: Row) -> None:
        """Remove the row taken last, if it was the first of its kind."""
        if self._last is not None and self._rows[-1].index == row.index:
            self._index.remove_last()
            self._rows.pop()
            self._repeats.pop(self._places.pop(self._last), None)
            self._last = None

    def _best(self, texts: tuple[str, ...], bits: np.ndarray, places: list[int]) -> Best | None:
        places = [place for place in places if place not in self._repeats]
        differing = np.bitwise_count(self._bits[places] ^ bits).sum(axis=1)
        near = [self._rows[place] for place, count in zip(places, differing, strict=True) if self._near(count)]
        if not near:
            return None
        rows = [texts, *(known.texts for known in near)]
        this, *others = zip(rows, shingle_sets(list(zip(*rows, strict=True))), strict=True)
        best: Best | None = None
        for other, one in zip(near, others, strict=True):
            value = self._comparison.value(one, this)
            if value and (best is None or value > best[0]):
                best = value, other
        return best

    def _near(self, differing: int) -> bool:
        return differing <= self._plan.most_differing
