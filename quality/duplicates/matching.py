"""Matching the rows of a whole set by their digests: what `Standing` does row by row, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..check import Matches, Row
from .candidates import candidates
from .compare import Comparison
from .kinds import first_of_kind
from .representatives import Representatives
from .sketch import Plan

Read = Callable[[np.ndarray], Sequence[Row]]


def near_matches(digests: np.ndarray, alive: np.ndarray, read: Read, plan: Plan, comparison: Comparison) -> Matches:
    """Rows that are alike to an earlier one that repeats none itself.

    Args:
        digests: those of all rows (`sketch.digests_of`).
        alive: (rows,) of bool: which rows count.
        read: reads rows by position, ascending.
        plan: how rows were sketched.
        comparison: how they are compared; its `least` is the bar.
    """
    first = first_of_kind(digests, alive)
    order = np.flatnonzero(first == np.arange(len(first)))
    settled = Representatives(len(order))

    def verify(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
        return comparison.pairs(order[earlier], order[later], read)

    for earlier, later in candidates(digests, order, plan):
        settled.settle(earlier, later, verify)
    # A row of the same kind as another is what that one is, once what stands for it is known.
    matched, values = first.copy(), np.ones(len(first))
    repeating = np.flatnonzero(settled.matched >= 0)
    matched[order[repeating]] = order[settled.matched[repeating]]
    values[order[repeating]] = settled.values[repeating]
    rows = np.flatnonzero(first >= 0)
    values[rows], matched[rows] = values[first[rows]], matched[first[rows]]
    rows = rows[matched[rows] != rows]
    return Matches(rows, matched[rows], values[rows])
