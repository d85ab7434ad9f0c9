"""Matching the rows of a whole set by their digests: what `Standing` does row by row, in bounded memory."""

from __future__ import annotations

import numpy as np

from ..check import Read
from ..matches import Matches
from .candidates import candidates
from .compare import Comparison
from .kinds import first_of_kind
from .representatives import Representatives
from .sketch import Plan


def near_matches(
    digests: np.ndarray,
    alive: np.ndarray,
    read: Read,
    plan: Plan,
    comparison: Comparison,
    fresh: np.ndarray | None = None,
) -> Matches:
    """Rows that are alike to an earlier one that repeats none itself.

    Args:
        digests: those of all rows (`sketch.digests_of`).
        alive: (rows,) of bool: which rows count.
        read: reads rows by position, ascending.
        plan: how rows were sketched.
        comparison: how they are compared; its `least` is the bar.
        fresh: (rows,) of bool: only pairs with one of these are compared, since the others are known to be no pairs;
            none: all are.
    """
    first = first_of_kind(digests, alive)
    order = np.flatnonzero(first == np.arange(len(first)))
    settled = Representatives(len(order))
    new = np.ones(len(first), dtype=bool)
    if fresh is not None:
        new[:] = False
        new[first[fresh & (first >= 0)]] = True
    new = new[order]

    def verify(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
        return comparison.pairs(order[earlier], order[later], read)

    for earlier, later in candidates(digests, order, plan):
        wanted = new[earlier] | new[later]
        settled.settle(earlier[wanted], later[wanted], verify)
    # A row of the same kind as another is what that one is, once what stands for it is known.
    matched, values = first.copy(), np.ones(len(first))
    repeating = np.flatnonzero(settled.matched >= 0)
    matched[order[repeating]] = order[settled.matched[repeating]]
    values[order[repeating]] = settled.values[repeating]
    rows = np.flatnonzero(first >= 0)
    values[rows], matched[rows] = values[first[rows]], matched[first[rows]]
    rows = rows[matched[rows] != rows]
    return Matches(rows, matched[rows], values[rows])


def repeats_of(
    digests: np.ndarray, alive: np.ndarray, held_out: np.ndarray, read: Read, plan: Plan, comparison: Comparison
) -> Matches:
    """Rows of one side that are alike to a row of the other, whichever comes first.

    Args:
        digests: those of all rows (`sketch.digests_of`).
        alive: (rows,) of bool: which rows count.
        held_out: (rows,) of bool: the side that is repeated; the others are those that repeat.
        read: reads rows by position, ascending.
        plan: how rows were sketched.
        comparison: how they are compared; its `least` is the bar.

    Returns:
        The rows that repeat one, and for each the most alike, of equals the first.
    """
    first = first_of_kind(digests, alive)
    ours, theirs = np.flatnonzero((first >= 0) & ~held_out), np.flatnonzero((first >= 0) & held_out)
    kinds = np.full(len(first), -1, dtype=np.int64)  # first row of a kind -> first held-out row of it
    kinds[first[theirs[::-1]]] = theirs[::-1]
    matched, values = np.full(len(first), -1, dtype=np.int64), np.zeros(len(first))
    known = np.unique(first[theirs])
    equal = known[np.argsort(kinds[known])]
    matched[equal], values[equal] = kinds[equal], 1.0

    standing = kinds[equal]
    new = np.unique(first[ours])
    order = np.concatenate([standing, new[kinds[new] < 0]])
    for earlier, later in candidates(digests, order, plan, standing=len(standing)):
        found = comparison.pairs(order[earlier], order[later], read)
        best = np.lexsort((-earlier, found))  # the last one written wins
        best = best[found[best] > 0]
        matched[order[later[best]]], values[order[later[best]]] = order[earlier[best]], found[best]
    rows = ours[matched[first[ours]] >= 0]
    return Matches(rows, matched[first[rows]], values[first[rows]])
