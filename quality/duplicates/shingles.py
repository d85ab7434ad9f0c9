"""Shingles: the set of all runs of five characters of a text, each as one exact number.

A run of five characters spans about a word of an alphabet, but a whole phrase of Chinese. So that a small change
changes about as large a share of the shingles in every script, characters that hold more count as more than one:
from U+0E80 on (Lao, Tibetan, Georgian, Burmese, Ethiopic, Khmer ...) as two, from U+3000 on (kana, Han, Hangul ...)
as three, much as UTF-8 writes them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .fold_columns import FoldedRows, fold_columns

LENGTH = 5
"""Characters of a shingle."""
_BITS = 12
"""A character, or part of one, takes so many bits; five of them leave four of 64."""
_PIECE = 1 << 20
"""Characters cut into shingles at once."""
_TWO, _THREE = 0x0E80, 0x3000
# Parts of characters have numbers that no whole character has: first, middle and last parts 128 each.
_FIRST, _MIDDLE, _LAST = 0x0E80, 0x0F00, 0x0F80

Sets = tuple[np.ndarray, ...]
"""The shingles of a row, column by column: sorted, each once."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Shingles of some texts, or of a part of a long one."""

    values: np.ndarray
    """uint64. Between the shingles of two texts there may be values that belong to none."""
    texts: np.ndarray
    """int64: which texts these are, row * columns + column."""
    begin: np.ndarray
    """int64, ascending: where in `values` the shingles of each text begin."""
    stop: np.ndarray
    """int64: where they end."""


def shingles(folded: FoldedRows) -> Iterator[Piece]:
    """The shingles of all texts of some rows, with repetitions. A text of less than five characters has one: itself."""
    units, starts, ends = _units(folded.codes, folded.starts.ravel(), folded.ends.ravel())
    order = np.argsort(starts, kind="stable")  # texts that were folded by themselves lie behind the others
    starts, ends = starts[order], ends[order]
    for first in range(0, len(units), _PIECE):
        last = min(first + _PIECE, len(units))
        begin = np.clip(starts, first, last) - first
        stop = np.clip(ends - (LENGTH - 1), first, last) - first
        some = stop > begin
        if some.any():
            yield Piece(_runs(units[first : last + LENGTH - 1]), order[some], begin[some], stop[some])
    short = (ends > starts) & (ends - starts < LENGTH)
    if short.any():
        packed = _short_ones(units, starts[short], ends[short])
        places = np.arange(len(packed))
        yield Piece(packed, order[short], places, places + 1)


def shingle_sets(columns: Sequence[Sequence[str]], bare: bool = False) -> list[Sets]:
    """The shingles of each row.

    Args:
        columns: the texts, column by column.
        bare: those of the texts without spaces and signs (`bared`).
    """
    width = len(columns)
    empty = np.empty(0, dtype=np.uint64)
    sets = [[empty] * width for _ in columns[0]]
    for folded in fold_columns(columns):
        for piece in shingles(bared(folded) if bare else folded):
            rows, column = folded.rows[piece.texts // width].tolist(), (piece.texts % width).tolist()
            for row, at, begin, stop in zip(rows, column, piece.begin.tolist(), piece.stop.tolist(), strict=True):
                values, known = piece.values[begin:stop], sets[row][at]
                sets[row][at] = _distinct(np.concatenate((known, values)) if len(known) else values)
    return [tuple(row) for row in sets]


def bared(folded: FoldedRows) -> FoldedRows:
    """The rows without spaces and the signs that `fold` keeps (+, =, #, a point within a number).

    So a text and its copy without any punctuation are equal, also where words ran together.
    """
    codes = folded.codes
    if codes.dtype == np.uint8:
        gone = _ascii_signs()[codes]
    else:
        gone = (_ascii_signs()[np.minimum(codes, 128)] & (codes < 128)) | _other_signs(codes)
    where = np.flatnonzero(gone)
    starts = folded.starts - np.searchsorted(where, folded.starts)
    ends = folded.ends - np.searchsorted(where, folded.ends)
    return FoldedRows(folded.rows, codes[~gone], starts, ends)


@cache
def _ascii_signs() -> np.ndarray:
    return np.array([chr(code) not in "\n" and not chr(code).isalnum() for code in range(256)], dtype=bool)


def _other_signs(codes: np.ndarray) -> np.ndarray:
    """Which codes are symbols beyond ASCII."""
    rare = np.unique(codes[codes >= 128])
    signs = [code for code in rare.tolist() if unicodedata.category(chr(code))[0] in "PS"]
    return np.isin(codes, np.array(signs, dtype=codes.dtype)) if signs else np.zeros(len(codes), dtype=bool)


def _distinct(values: np.ndarray) -> np.ndarray:
    values = values.copy()
    values.sort()
    new = np.empty(len(values), dtype=bool)
    new[0] = True
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return values[new]


def jaccard(one: Sets, other: Sets, least: float = 0.0) -> float:
    """How alike two rows are: the lowest Jaccard index of their columns, two empty columns being alike.

    Args:
        one: the shingles of a row.
        other: those of another.
        least: below it 0.0 may be returned instead of the value.
    """
    lowest = 1.0
    for a, b in zip(one, other, strict=True):
        small, large = min(len(a), len(b)), max(len(a), len(b))
        if not large:
            continue
        if small < least * large or not small:
            return 0.0
        both = np.concatenate((a, b))
        both.sort()
        common = np.count_nonzero(both[1:] == both[:-1])
        lowest = min(lowest, common / (small + large - common))
        if lowest < least:
            return 0.0
    return lowest


def _runs(units: np.ndarray) -> np.ndarray:
    """Five characters from each on."""
    narrow = units.astype(np.uint32)
    two = (narrow[:-1] << np.uint32(_BITS)) | narrow[1:]
    four = two[:-2].astype(np.uint64)
    four <<= np.uint64(2 * _BITS)
    four |= two[2:]
    five: np.ndarray = four[:-1] << np.uint64(_BITS)
    five |= narrow[LENGTH - 1 :]
    return five


def _short_ones(units: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    size = (ends - starts).astype(np.uint64)
    packed: np.ndarray = size << np.uint64(LENGTH * _BITS)  # how long it is tells it from a whole shingle
    for at in range(LENGTH - 1):
        place = starts + at
        unit = np.where(place < ends, units[np.minimum(place, ends - 1)], 0)
        np.bitwise_or(packed, unit.astype(np.uint64) << np.uint64(_BITS * at), out=packed)
    return packed


def _units(codes: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Characters and parts of characters, each below 4096, and where the texts are among them."""
    if codes.dtype == np.uint8 or not (codes >= _TWO).any():
        return codes, starts, ends
    two, three = codes >= _TWO, codes >= _THREE
    parts = 1 + two.astype(np.int64) + three
    places = np.concatenate([[0], np.cumsum(parts)])
    units = np.repeat(codes, parts)
    last = places[1:][two] - 1
    units[last - 1] = np.where(three[two], _MIDDLE + ((codes[two] >> 7) & 127), _MIDDLE + ((codes[two] - _TWO) >> 7))
    units[last] = np.where(three[two], _LAST + (codes[two] & 127), _LAST + ((codes[two] - _TWO) & 127))
    units[places[:-1][three]] = _FIRST + (codes[three] >> 14)
    return units, places[starts], places[ends]
