"""Groups of rows that belong together, for splits that tear no near-duplicates apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from ...core import derive_seed
from ..check import Read, Row
from .candidates import candidates
from .compare import Comparison
from .kinds import first_of_kind
from .near import NearDuplicate
from .sketch import Plan, digests_of

_PAIRS = 4096
"""Pairs compared at once."""


def near_duplicate_groups(
    columns: Sequence[Sequence[str]],
    bar: float = 0.7,
    numbers: Literal["keep", "ignore"] = "ignore",
    together: Sequence[str | None] | None = None,
) -> np.ndarray:
    """Number each row's group: rows that are alike, or alike to one in between, have the same number.

    Chains count here, other than where duplicates are dropped: if the middle row of a chain goes to one side, both its
    neighbours must. Numbers are ignored by default: a model that has seen a sum has half seen the same one with other
    figures.

    Args:
        columns: the texts, column by column, all of one length; all columns of two rows must be alike.
        bar: Jaccard index of five-character shingles from which two rows are alike.
        numbers: whether rows with other numbers are not alike ("keep").
        together: a name for each row (its source); rows of one name belong together as well, None belongs to itself.

    Returns:
        (rows,) of int64: the position of the first row of each row's group.
    """
    names = tuple(map(str, range(len(columns))))

    def read(rows: np.ndarray) -> list[Row]:
        cells = zip(*([column[at] for at in rows.tolist()] for column in columns), strict=True)
        return [Row(at, "", dict(zip(names, row, strict=True))) for at, row in zip(rows.tolist(), cells, strict=True)]

    check = NearDuplicate(NearDuplicate.Options(fields=names, bar=bar, numbers=numbers))
    groups = groups_by_digest(digests_of(columns, check.plan()), read, check.plan(), check.comparison(bar))
    return groups if together is None else _joined(groups, together)


def groups_by_digest(digests: np.ndarray, read: Read, plan: Plan, comparison: Comparison) -> np.ndarray:
    """`near_duplicate_groups` for rows that are on disk.

    Args:
        digests: those of all rows (`sketch.digests_of`).
        read: reads rows by position, ascending.
        plan: how rows were sketched.
        comparison: how they are compared; its `least` is the bar.
    """
    first = first_of_kind(digests, np.ones(len(digests), dtype=bool))
    alone = first < 0  # rows that hold nothing
    first[alone] = np.flatnonzero(alone)
    parents = first.tolist()
    order = np.flatnonzero((first == np.arange(len(first))) & ~alone)
    for earlier, later in candidates(digests, order, plan):
        for start in range(0, len(earlier), _PAIRS):
            pairs = order[earlier[start : start + _PAIRS]], order[later[start : start + _PAIRS]]
            one, other = (np.array([_root(parents, row) for row in rows.tolist()]) for rows in pairs)
            apart = one != other
            if apart.any():
                alike = comparison.pairs(pairs[0][apart], pairs[1][apart], read) > 0
                for a, b in zip(one[apart][alike].tolist(), other[apart][alike].tolist(), strict=True):
                    _unite(parents, a, b)
    return np.array([_root(parents, row) for row in range(len(parents))], dtype=np.int64)


def held_out(groups: np.ndarray, share: float, seed: int = 0) -> np.ndarray:
    """Draw whole groups until a share of the rows is held out as nearly as they allow.

    Args:
        groups: number of each row's group.
        share: share of the rows to hold out, from 0 to below 1.
        seed: decides which groups are drawn; a group's own number decides nothing.

    Returns:
        (rows,) of bool: which rows are held out; none if there is but one group.
    """
    numbers, of_row, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if share <= 0 or len(numbers) < 2:
        return np.zeros(len(groups), dtype=bool)
    drawn = [derive_seed(seed, "validation", f"group {number}") for number in numbers.tolist()]
    order = np.argsort(np.array(drawn, dtype=np.uint64), kind="stable")
    sums = np.cumsum(sizes[order])[:-1]
    count = int(np.argmin(np.abs(sums - share * len(groups)))) + 1
    chosen = np.zeros(len(numbers), dtype=bool)
    chosen[order[:count]] = True
    out: np.ndarray = chosen[of_row]
    return out


def _joined(groups: np.ndarray, together: Sequence[str | None]) -> np.ndarray:
    parents = groups.tolist()
    first: dict[str, int] = {}
    for row, name in enumerate(together):
        if name is not None:
            _unite(parents, first.setdefault(name, row), row)
    return np.array([_root(parents, row) for row in range(len(parents))], dtype=np.int64)


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = row = parents[parents[row]]
    return row


def _unite(parents: list[int], one: int, other: int) -> None:
    """The earlier root stands for both."""
    a, b = _root(parents, one), _root(parents, other)
    parents[max(a, b)] = min(a, b)
