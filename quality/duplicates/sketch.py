"""Sketches: some minima of hashes per row, by which rows that are alike find one another.

MinHash in one permutation (Li, Owen, Zhang 2012): a hash puts each shingle into one of the cells, and each cell keeps
its lowest value. Two sets have the same value in a cell with the probability of their Jaccard index. A set too small
to fill the cells is hashed again into those still empty (Dahlgaard, Knudsen, Thorup 2017), and what is empty then
takes the value of another cell, looked for in an order of its own (Shrivastava 2017).

Rows of several columns must be alike in all of them. So each column that holds something has cells of its own, taken in
turns, and a band has some of every one: two rows of the same long input and different answers do not meet, as they
would by the minima of all their shingles together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .fold_columns import FoldedRows, fold_columns
from .kinds import WIDTH as KEY_WIDTH
from .kinds import folded_keys
from .shingles import Piece, bared, shingles

_EMPTY = np.uint32(0xFFFFFFFF)
_PASSES = 16
"""Times that a small set is hashed at most."""
_LOAD = np.uint64(3)
"""A set is hashed again until so many hashes come on each cell. Two sets that are alike may end after different times;
three leave one cell in twenty empty then, one would leave seven."""
_RECALL = 0.99
"""Share of pairs at the lowest similarity looked for that share a band."""
_CELLS = 300
"""Cells at most, unless the lowest similarity asks for more."""
_SKETCH_BITS = 128
BITS_WIDTH = _SKETCH_BITS // 64
"""Columns of the bits of a sketch."""
_SIGMAS = 3.5
_MIX_A, _MIX_B, _STEP = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93), 0xA0761D6478BD642F


@dataclass(frozen=True, slots=True)
class Plan:
    """How rows are sketched to find pairs that are at least `least` alike."""

    least: float
    bands: int
    """Groups of cells; two rows are a candidate pair if one group is equal in both."""
    depth: int
    """Cells of a band."""

    @property
    def cells(self) -> int:
        """Minima of a row."""
        return max(self.bands * self.depth, _SKETCH_BITS)

    @property
    def width(self) -> int:
        """Columns of a digest: key, 128 bits of the sketch, two bands in each of the others."""
        return KEY_WIDTH + BITS_WIDTH + (self.bands + 1) // 2

    @property
    def most_differing(self) -> int:
        """Bits in which the sketches of two rows that are `least` alike differ at most, but for one pair in 4,000.

        A bit differs in half of the cells whose values do.
        """
        differs = (1 - self.least) / 2
        return int(_SKETCH_BITS * differs + _SIGMAS * math.sqrt(_SKETCH_BITS * differs * (1 - differs)))


@cache
def plan_for(least: float) -> Plan:
    """The deepest bands, and so the fewest candidates, that miss no more than one in 100 of the pairs just at `least`.

    A pair of similarity s shares a band with the probability 1 - (1 - s**depth)**bands.
    """
    depth = 1
    while _bands(least, depth + 1) * (depth + 1) <= _CELLS and _bands(least, depth + 1) > 1:
        depth += 1
    return Plan(least, _bands(least, depth), depth)


def _bands(least: float, depth: int) -> int:
    if least >= 1.0:
        return 1
    return math.ceil(math.log(1 - _RECALL) / math.log(1 - least**depth))


def digests_of(columns: Sequence[Sequence[str]], plan: Plan) -> np.ndarray:
    """The digests of many rows: (rows, plan.width) of uint64, zeros for a row that holds nothing.

    Args:
        columns: the texts, column by column.
        plan: how to sketch them.
    """
    digests = np.zeros((len(columns[0]), plan.width), dtype=np.uint64)
    for folded in fold_columns(columns):
        keys = folded_keys(folded)
        some = np.flatnonzero(keys.any(1))
        minima = _minima(folded, plan.cells)[some]
        rows = folded.rows[some]
        digests[rows, :KEY_WIDTH] = keys[some]
        digests[rows, KEY_WIDTH:] = np.hstack([_bits(minima), _band_keys(minima, plan)])
    return digests


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the cells of each text lie among those of all rows: every so many of its row's.

    The last text is none: it is for values between the texts, and has a row of its own.
    """

    first: np.ndarray
    """(texts + 1,) of int64."""
    step: np.ndarray
    """(texts + 1,) of int64: columns of the row that hold something, at most one a cell; 1 if none does."""
    count: np.ndarray
    """(texts + 1,) of uint64."""
    alone: bool
    """Whether rows have one column, so that every text has all cells of its row."""

    def of(self, texts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(first, step, count) for each of some texts; step and count may be one for all."""
        if self.alone:
            return self.first[texts], self.step[-1], self.count[-1]
        return self.first[texts], self.step[texts], self.count[texts]


def _places(folded: FoldedRows, cells: int) -> _Places:
    some = folded.ends > folded.starts
    step = np.clip(some.sum(1), 1, cells)[:, None]
    rank = np.maximum(np.cumsum(some, axis=1) - 1, 0) % step
    first = np.arange(len(some))[:, None] * cells + rank
    count = (cells - rank + step - 1) // step
    return _Places(
        np.append(first, len(some) * cells),
        np.append(np.broadcast_to(step, some.shape), 1),
        np.append(count, cells).astype(np.uint64),
        some.shape[1] == 1,
    )


def _minima(folded: FoldedRows, cells: int) -> np.ndarray:
    """(rows, cells) of uint32: the lowest hash in each cell."""
    folded = bared(folded)
    rows, width = folded.starts.shape
    places = _places(folded, cells)
    minima = np.full((rows + 1) * cells, _EMPTY, dtype=np.uint32)
    sizes = np.zeros(rows * width + 1, dtype=np.uint64)
    small: list[tuple[np.ndarray, np.ndarray]] = []
    for piece in shingles(folded):
        texts = _spread(piece, rows * width)
        sizes[piece.texts] += (piece.stop - piece.begin).astype(np.uint64)
        found = piece.values ^ _tags(width)[texts % width] if width > 1 else piece.values
        _lower(minima, found, texts, places, 0)
        few = (sizes < _LOAD * places.count)[texts] & (texts < rows * width)
        small.append((found[few], texts[few]))
    _fill_small(minima, small, sizes, places)
    return _densified(minima[: rows * cells].reshape(rows, cells), places.step[:-1].reshape(rows, width)[:, 0])


def _spread(piece: Piece, none: int) -> np.ndarray:
    """Which text each shingle belongs to, and `none` where it belongs to none."""
    bounds = np.empty(2 * len(piece.texts) + 1, dtype=np.int64)
    bounds[0], bounds[1::2], bounds[2::2] = 0, piece.begin, piece.stop
    texts = np.full(2 * len(piece.texts) + 1, none, dtype=np.int64)
    texts[1::2] = piece.texts
    return np.repeat(texts, np.diff(bounds, append=len(piece.values)))


def _lower(minima: np.ndarray, found: np.ndarray, texts: np.ndarray, places: _Places, number: int) -> None:
    """Hash shingles for the `number`th time; after the first time only into cells that are empty.

    Args:
        minima: all cells of all rows.
        found: the shingles.
        texts: the text that each belongs to.
        places: the cells of each text.
        number: 0, 1 ...
    """
    hashed = (found + np.uint64(number * _STEP & 0xFFFFFFFFFFFFFFFF)) * _MIX_A if number else found * _MIX_A
    hashed ^= hashed >> np.uint64(32)
    hashed *= _MIX_B
    hashed ^= hashed >> np.uint64(29)
    value = hashed.astype(np.uint32) >> np.uint32(1)  # never _EMPTY
    first, step, count = places.of(texts)
    hashed >>= np.uint64(32)
    hashed *= count
    hashed >>= np.uint64(32)
    cell = hashed.view(np.int64)
    cell *= step
    cell += first
    if number:
        free = minima[cell] == _EMPTY
        cell, value = cell[free], value[free]
    np.minimum.at(minima, cell, value)


def _fill_small(
    minima: np.ndarray, small: Sequence[tuple[np.ndarray, np.ndarray]], sizes: np.ndarray, places: _Places
) -> None:
    if not small:
        return
    found = np.concatenate([one for one, _ in small])
    texts = np.concatenate([one for _, one in small])
    for number in range(1, _PASSES):
        left = (sizes * np.uint64(number) < _LOAD * places.count)[texts]
        if not left.any():
            break
        if not left.all():
            found, texts = found[left], texts[left]
        _lower(minima, found, texts, places, number)


def _densified(minima: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Give each empty cell the value of another one of its text; rows without shingles stay empty.

    Args:
        minima: (rows, cells).
        steps: (rows,): how many texts share the cells of each row.
    """
    cells = minima.shape[1]
    flat = minima.ravel()
    empty = np.flatnonzero((minima == _EMPTY) & (minima != _EMPTY).any(1)[:, None])
    for step in np.unique(steps[empty // cells]).tolist():
        left, turn = empty[steps[empty // cells] == step], 0
        while len(left):
            column = left % cells
            value = flat[left - column + _permutation(cells, turn, step)[column]]
            filled = value != _EMPTY
            flat[left[filled]] = value[filled]
            left = left[~filled]
            turn += 1
    return flat.reshape(-1, cells)


@cache
def _permutation(cells: int, turn: int, step: int) -> np.ndarray:
    """Another place for each one: one of those that lie a multiple of `step` away."""
    draw = np.random.Generator(np.random.PCG64([cells, turn]))
    moved = np.arange(cells)
    for first in range(step):
        moved[first::step] = draw.permutation(moved[first::step])
    return moved


@cache
def _tags(width: int) -> np.ndarray:
    """A number for each column, so that equal shingles of two columns are not equal."""
    return _odd_numbers(width, 1)


@cache
def _odd_numbers(count: int, purpose: int) -> np.ndarray:
    drawn = np.random.Generator(np.random.PCG64(purpose)).integers(0, 1 << 63, size=count, dtype=np.uint64)
    return drawn * np.uint64(2) + np.uint64(1)


def _bits(minima: np.ndarray) -> np.ndarray:
    """(rows, 2) of uint64: one bit of a hash of each of the first cells."""
    factors = (_odd_numbers(_SKETCH_BITS, 2) >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
    bits = (minima[:, :_SKETCH_BITS] * factors) >> np.uint32(31)
    return np.ascontiguousarray(np.packbits(bits.astype(np.uint8), axis=1)).view(np.uint64)


def _band_keys(minima: np.ndarray, plan: Plan) -> np.ndarray:
    """(rows, bands / 2) of uint64: 32 bits of a hash of each band."""
    cells = minima[:, : plan.bands * plan.depth].reshape(len(minima), plan.bands, plan.depth)
    factors = _odd_numbers(plan.depth, 3)
    hashed = np.zeros((len(minima), 2 * ((plan.bands + 1) // 2)), dtype=np.uint64)
    for at in range(plan.depth):
        hashed[:, : plan.bands] += cells[:, :, at].astype(np.uint64) * factors[at]
    hashed >>= np.uint64(32)
    return hashed[:, ::2] | (hashed[:, 1::2] << np.uint64(32))
