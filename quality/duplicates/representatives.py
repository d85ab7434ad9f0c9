"""Which rows stand for which: greedy, in input order, each row dropped only for one to which it is alike itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_OPEN, _STANDS, _REPEATS = range(3)
_ROUNDS = 16

Verify = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(earlier, later) -> how alike each pair is, 0.0 where that is below the bar."""


class Representatives:
    """Rows as they are settled, those before others first. A row repeats another if it is alike to one that stands."""

    def __init__(self, size: int) -> None:
        """Begin with `size` rows, none of which is settled."""
        self.matched = np.full(size, -1, dtype=np.int64)
        """Place of the row that stands for this one, the most alike, of equals the first; -1 where it stands itself."""
        self.values = np.zeros(size)
        """How alike the two are."""
        self._state = np.full(size, _OPEN, dtype=np.int8)

    def settle(self, earlier: np.ndarray, later: np.ndarray, verify: Verify) -> None:
        """Settle the rows up to the last of some pairs.

        Args:
            earlier: places of the rows that may stand for others.
            later: places of the rows that may repeat them, ascending; all candidate pairs of these rows, none of
                which was given before.
            verify: compares pairs. It is asked only for rows that stand, as far as that is known: in a crowd of rows
                that are all alike each one is compared with the first, not with all.
        """
        values = np.full(len(earlier), np.nan)
        asked = np.zeros(len(earlier), dtype=bool)
        for _ in range(_ROUNDS):
            self._stand(earlier, later, values, asked)
            ready = np.flatnonzero(~asked & (self._state[earlier] == _STANDS))
            if not len(ready):
                break
            values[ready] = verify(earlier[ready], later[ready])
            asked[ready] = True
            self._take(earlier[ready], later[ready], values[ready])
        else:
            # A long chain of rows, each like the one before.
            rest = np.flatnonzero(~asked & (self._state[earlier] != _REPEATS))
            values[rest] = verify(earlier[rest], later[rest])
            asked[rest] = True
            self._one_by_one(earlier, later, values)

    def _stand(self, earlier: np.ndarray, later: np.ndarray, values: np.ndarray, asked: np.ndarray) -> None:
        """Rows stand that can repeat none any more."""
        may = np.zeros(len(self._state), dtype=bool)
        may[later[(self._state[earlier] != _REPEATS) & ~(asked & (values == 0))]] = True
        touched = np.zeros(len(self._state), dtype=bool)
        touched[earlier] = touched[later] = True
        self._state[touched & ~may & (self._state == _OPEN)] = _STANDS

    def _take(self, earlier: np.ndarray, later: np.ndarray, values: np.ndarray) -> None:
        """Note for each later row the most alike of the rows that stand for it."""
        alike = np.flatnonzero(values > 0)
        # The last one written wins: the most alike, of equals the first.
        order = alike[np.lexsort((-earlier[alike], values[alike]))]
        earlier, later, values = earlier[order], later[order], values[order]
        known, before = self.values[later], self.matched[later]
        better = (values > known) | ((values == known) & (earlier < before))
        self.matched[later[better]], self.values[later[better]] = earlier[better], values[better]
        self._state[later] = _REPEATS

    def _one_by_one(self, earlier: np.ndarray, later: np.ndarray, values: np.ndarray) -> None:
        alike = np.flatnonzero(values > 0)
        for at in alike[np.lexsort((earlier[alike], later[alike]))].tolist():
            one, other = earlier[at], later[at]
            if self._state[one] == _REPEATS:
                continue
            self._state[other] = _REPEATS
            if values[at] > self.values[other]:
                self.matched[other], self.values[other] = one, values[at]
