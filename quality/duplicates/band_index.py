"""The buckets of rows as they come: a few hundred bytes a row, whatever the number of rows."""

from __future__ import annotations

import numpy as np

from .candidates import SLOTS

_RECENT = 1024
"""Rows in the table of recent ones; older ones are in sorted arrays, eight bytes a band."""
_PLACE_BITS = 25
_PLACES = 1 << _PLACE_BITS


class BandIndex:
    """Rows by place (0, 1, 2 ...), found by the keys of their bands: the first `SLOTS` rows of each bucket."""

    def __init__(self) -> None:
        self._recent: dict[int, list[int]] = {}
        self._recent_rows = 0
        self._levels: list[np.ndarray] = []  # from the oldest rows to the newest, each less than half of the one before
        self._places = 0
        self._last: list[int] = []

    def find(self, bands: np.ndarray) -> list[int]:
        """The rows that share a bucket with a row of these bands, ascending."""
        keys = _keys(bands)
        left = np.full(len(keys), SLOTS)
        found: set[int] = set()
        for level in self._levels:
            at = np.searchsorted(level, keys << np.uint64(_PLACE_BITS))
            for slot in range(SLOTS):
                place = np.minimum(at + slot, len(level) - 1)
                entry = level[place]
                same = (at + slot < len(level)) & ((entry >> np.uint64(_PLACE_BITS)) == keys) & (left > 0)
                if not same.any():
                    break
                left -= same
                found.update((entry[same] & np.uint64(_PLACES - 1)).tolist())
        for key, room in zip(keys.tolist(), left.tolist(), strict=True):
            found.update(self._recent.get(key, ())[:room])
        return sorted(found)

    def add(self, bands: np.ndarray) -> int:
        """Enter a row and return its place.

        Raises:
            OverflowError: there are 33 million rows.
        """
        if self._places == _PLACES:
            message = f"{_PLACES} rows are as many as can be compared as they come; digests and match take more."
            raise OverflowError(message)
        if self._recent_rows == _RECENT:
            self._settle()
        self._last = _keys(bands).tolist()
        for key in self._last:
            self._recent.setdefault(key, []).append(self._places)
        self._recent_rows += 1
        self._places += 1
        return self._places - 1

    def remove_last(self) -> None:
        """Take the row entered last out again; no other call may lie between."""
        for key in self._last:
            rows = self._recent[key]
            rows.pop()
            if not rows:
                del self._recent[key]
        self._recent_rows -= 1
        self._places -= 1

    def _settle(self) -> None:
        entries = [(key << _PLACE_BITS) | place for key, places in self._recent.items() for place in places]
        level = np.array(entries, dtype=np.uint64)
        while self._levels and len(self._levels[-1]) < 2 * len(level):
            level = np.concatenate([self._levels.pop(), level])
        level.sort()
        self._levels.append(level)
        self._recent, self._recent_rows = {}, 0


def _keys(bands: np.ndarray) -> np.ndarray:
    """One key for a band's number and its hash."""
    keys: np.ndarray = (np.arange(len(bands), dtype=np.uint64) << np.uint64(32)) | bands
    return keys
