"""Digests of all rows, as checks of pairs meet them: an array that may be mapped from a file."""

from __future__ import annotations

import mmap
from itertools import pairwise

import numpy as np

_PART = 1 << 16
"""Rows read at once."""


def read_column(digests: np.ndarray, at: int, rows: np.ndarray | None = None) -> np.ndarray:
    """One column of the digests, as an array of its own.

    Pages of a file that were read on the way are given back, so that memory does not grow with the file.

    Args:
        digests: (rows, width) of uint64.
        at: which column.
        rows: which rows, ascending; none: all.
    """
    total = len(digests)
    column = np.empty(total if rows is None else len(rows), dtype=np.uint64)
    if rows is None:
        for first in range(0, total, _PART):
            column[first : first + _PART] = digests[first : first + _PART, at]
            give_back(digests)
        return column
    cuts = np.searchsorted(rows, np.arange(0, total + _PART, _PART))
    for part, (first, last) in enumerate(pairwise(cuts.tolist())):
        if last > first:
            base = part * _PART
            column[first:last] = digests[base : base + _PART, at][rows[first:last] - base]
            give_back(digests)
    return column


def give_back(array: np.ndarray) -> None:
    """Give back the pages of a mapped file that were read; an array in memory stays as it is."""
    mapped = array.base
    while isinstance(mapped, np.ndarray):
        mapped = mapped.base
    if isinstance(mapped, mmap.mmap) and getattr(array, "mode", None) == "r":
        mapped.madvise(mmap.MADV_DONTNEED)
