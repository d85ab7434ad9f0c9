"""Rows that are equal once folded: one key per kind of row, and the first row of each kind."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ..matches import Matches
from .digests import read_column
from .fold import KEY_BYTES, hash_row, key_of
from .fold_columns import FoldedRows, fold_columns

WIDTH = 2
"""Columns of a key, uint64."""
_PART = 1 << 19
"""Rows sorted at once, about."""
_FEW = 32
"""Up to so many rows are folded one by one: arrays would cost more."""


def keys_of(columns: Sequence[Sequence[str]]) -> np.ndarray:
    """The keys of many rows: (rows, 2) of uint64, the bytes of `key_of`.

    Args:
        columns: the texts, column by column.
    """
    size = len(columns[0])
    if size <= _FEW:
        joined = b"".join(map(key_of, zip(*columns, strict=True)))
        return np.frombuffer(joined, dtype=np.uint64).reshape(size, WIDTH).copy()
    keys = np.zeros((size, WIDTH), dtype=np.uint64)
    for folded in fold_columns(columns):
        keys[folded.rows] = folded_keys(folded)
    return keys


def folded_keys(folded: FoldedRows) -> np.ndarray:
    """The keys of rows that are folded already."""
    starts, ends = folded.starts, folded.ends
    if folded.codes.dtype == np.uint8:
        raw = folded.codes.tobytes()
    else:
        raw = folded.codes.tobytes().decode("utf-32-le", "surrogatepass").encode("utf-8", "surrogatepass")
        places = _utf8_places(raw)
        starts, ends = places[starts], places[ends]
    torn = np.flatnonzero((starts[:, 1:] != ends[:, :-1] + 1).any(1))
    digests = [
        hashlib.blake2b(raw[start:end], digest_size=KEY_BYTES).digest()
        for start, end in zip(starts[:, 0].tolist(), ends[:, -1].tolist(), strict=True)
    ]
    for row in torn.tolist():
        parts = zip(starts[row].tolist(), ends[row].tolist(), strict=True)
        digests[row] = hash_row(b"\n".join(raw[start:end] for start, end in parts))
    keys = np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, WIDTH).copy()
    keys[(starts == ends).all(1)] = 0
    return keys


def _utf8_places(raw: bytes) -> np.ndarray:
    """Where each code point of a UTF-8 text begins, and where the last one ends."""
    begins = (np.frombuffer(raw, dtype=np.uint8) & 0xC0) != 0x80
    return np.append(np.flatnonzero(begins), len(raw))


def repeats(digests: np.ndarray, alive: np.ndarray) -> Matches:
    """The rows that are alive and not the first of their kind."""
    first = first_of_kind(digests, alive)
    rows = np.flatnonzero((first >= 0) & (first < np.arange(len(first))))
    return Matches(rows, first[rows], np.ones(len(rows)))


def first_of_kind(digests: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """For each row the first one that is alive and has the same key.

    Args:
        digests: (rows, 2 or more) of uint64, of which the first two columns are the keys.
        alive: (rows,) of bool.

    Returns:
        (rows,) of int64: the row itself where it is the first; -1 where it is not alive or holds nothing.
    """
    high, low = read_column(digests, 0), read_column(digests, 1)
    alive = alive & ((high != 0) | (low != 0))
    begin = (high >> np.uint64(56)).astype(np.uint8)
    first = np.full(len(high), -1, dtype=np.int64)
    bounds = np.linspace(0, 256, min(256, max(1, len(high) // _PART)) + 1).astype(int).tolist()
    for start, stop in pairwise(bounds):
        rows = np.flatnonzero(alive & (begin >= start) & (begin < stop))
        _settle(high[rows], low[rows], rows, first)
    return first


def _settle(high: np.ndarray, low: np.ndarray, rows: np.ndarray, first: np.ndarray) -> None:
    if not len(rows):
        return
    order = np.argsort(high, kind="stable")
    high, low, rows = high[order], low[order], rows[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = high[1:] != high[:-1]
    if (~new[1:] & (low[1:] != low[:-1])).any():  # two kinds share half a key
        order = np.lexsort((rows, low, high))
        high, low, rows = high[order], low[order], rows[order]
        new[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    starts = np.flatnonzero(new)
    first[rows] = np.repeat(rows[starts], np.diff(np.append(starts, len(rows))))
