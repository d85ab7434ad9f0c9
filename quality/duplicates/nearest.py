"""The nearest vector of those that stand, each compared with all."""

from __future__ import annotations

import numpy as np


class Nearest:
    """Vectors of length 1 as they come. One that reaches the bar to one that stands does not stand itself."""

    def __init__(self, bar: float) -> None:
        self._bar = bar
        self._standing = np.empty((0, 0), dtype=np.float32)
        self._places: list[int] = []

    def take(self, vectors: np.ndarray, places: np.ndarray) -> list[tuple[int, float] | None]:
        """The place of the nearest vector that stands, of equals the first, and its cosine; None below the bar.

        Args:
            vectors: (rows, dimensions) of float32; one of zeros is near to none and stands for none.
            places: what the rows are called.
        """
        count = len(self._places)
        if count + len(vectors) > len(self._standing):
            room = np.zeros((2 * (count + len(vectors)), vectors.shape[1]), dtype=np.float32)
            if count:
                room[:count] = self._standing[:count]
            self._standing = room
        standing = self._standing[:count] if count else np.empty((0, vectors.shape[1]), dtype=np.float32)
        best, value = _highest(rounded(vectors @ standing.T))
        within = rounded(vectors @ vectors.T)
        new: list[int] = []
        found: list[tuple[int, float] | None] = []
        for at, place in enumerate(places.tolist()):
            nearest, cosine = int(best[at]), float(value[at])
            if new and (highest := float(within[at, new].max())) > cosine:
                nearest, cosine = count + int(within[at, new].argmax()), highest
            if cosine >= self._bar:
                found.append((self._places[nearest], cosine))
                continue
            found.append(None)
            if vectors[at].any():
                self._standing[len(self._places)] = vectors[at]
                self._places.append(place)
                new.append(at)
        return found

    def forget(self, place: int) -> None:
        """Let the vector taken last stand for none."""
        if self._places and self._places[-1] == place:
            self._places.pop()


def rounded(cosines: np.ndarray) -> np.ndarray:
    """Cosines to five places: beyond them they depend on how many are computed at once."""
    values: np.ndarray = np.asarray(cosines, dtype=np.float32).round(5)
    return values


def _highest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each row is highest, and how high; -1 where there are no columns."""
    if not values.shape[1]:
        return np.zeros(len(values), dtype=np.int64), np.full(len(values), -1.0)
    best = values.argmax(axis=1)
    return best, values[np.arange(len(values)), best]
