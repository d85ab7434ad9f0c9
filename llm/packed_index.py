"""A map from 64-bit hashes to 64-bit numbers in two flat arrays: under 40 bytes an entry, no objects."""

from __future__ import annotations

from array import array

_EMPTY = 0
_FIRST_SIZE = 1024


def _zeros(count: int) -> array[int]:
    # Made from bytes it would take a sixteenth more than it needs.
    return array("Q", (_EMPTY,)) * count


class PackedIndex:
    """Open addressing with linear probing. Hashes may collide: `candidates` gives every number under a hash."""

    def __init__(self) -> None:
        self._size = _FIRST_SIZE
        self._count = 0
        self._hashes = _zeros(self._size)
        self._numbers = _zeros(self._size)

    def __len__(self) -> int:
        return self._count

    def add(self, hashed: int, number: int) -> None:
        """Store `number` under `hashed` (a 64-bit value; 0 is stored as 1)."""
        if self._count * 10 >= self._size * 8:
            self._grow()
        self._put(hashed or 1, number)
        self._count += 1

    def candidates(self, hashed: int) -> list[int]:
        """All numbers stored under `hashed`, in the order they were added."""
        hashed = hashed or 1
        mask = self._size - 1
        at = hashed & mask
        found = []
        hashes = self._hashes
        while (here := hashes[at]) != _EMPTY:
            if here == hashed:
                found.append(self._numbers[at])
            at = (at + 1) & mask
        return found

    def _put(self, hashed: int, number: int) -> None:
        mask = self._size - 1
        at = hashed & mask
        hashes = self._hashes
        while hashes[at] != _EMPTY:
            at = (at + 1) & mask
        hashes[at] = hashed
        self._numbers[at] = number

    def _grow(self) -> None:
        hashes, numbers = self._hashes, self._numbers
        self._size *= 2
        self._hashes = _zeros(self._size)
        self._numbers = _zeros(self._size)
        # Rotated to start at an empty slot, so that numbers of one hash keep their order.
        start = next(i for i, h in enumerate(hashes) if h == _EMPTY)
        for i in range(start, start + len(hashes)):
            hashed = hashes[i % len(hashes)]
            if hashed != _EMPTY:
                self._put(hashed, numbers[i % len(hashes)])
