"""Words of many texts as numbers, so that repetition can be counted without making a string of every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .characters import (
    AT_ONCE,
    DIGIT,
    KINDS,
    LETTER,
    LOWER,
    UNSPACED_LETTER,
    UPPER,
    code_points,
    in_pieces,
    kinds_in,
)

if TYPE_CHECKING:
    import numpy as np

READ = 1_000_000
"""Characters of a text whose words are taken: what repeats beyond the first million repeats before."""
_PRIME = 0x100000001B3
_ROW_BITS = 24
_HASH_BITS = 64 - _ROW_BITS


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a list of texts, one behind the other.

    A word is a run of letters and digits, in lower case, or a character of a script without spaces.
    """

    owners: np.ndarray
    """(words,) int64: position of the text that a word belongs to, ascending."""
    hashes: np.ndarray
    """(words,) uint64: equal for equal words; two different ones share a hash once in 10^19."""
    starts: np.ndarray
    """(words,) int64: where the word starts in its text, in characters."""
    ends: np.ndarray
    """(words,) int64: where it ends."""
    kinds: np.ndarray
    """(words,) uint8: the kind of its first character."""


class HashSet:
    """Some hashes, in which many others are looked up."""

    def __init__(self, hashes: np.ndarray) -> None:
        """Take the hashes (uint64)."""
        import numpy as np

        self._hashes = np.unique(hashes)
        # Most of what is looked up is not there: its first bits tell that faster than a search.
        self._begins = np.zeros(1 << 16, bool)
        self._begins[self._hashes >> np.uint64(48)] = True

    def hold(self, hashes: np.ndarray) -> np.ndarray:
        """Places (int64) of the hashes that are in the set."""
        import numpy as np

        likely = np.flatnonzero(self._begins[hashes >> np.uint64(48)])
        at = np.searchsorted(self._hashes, hashes[likely])
        found: np.ndarray = likely[self._hashes[np.minimum(at, len(self._hashes) - 1)] == hashes[likely]]
        return found


def hash_words(texts: Sequence[str]) -> Words:
    """The words of the first million characters of each text."""
    import numpy as np

    parts = []
    for owners, pieces in in_pieces([text[:READ] for text in texts], AT_ONCE, READ):
        lowered = [_lowered(piece) for piece in pieces]
        codes, starts = code_points(lowered)
        of, _ = kinds_in(lowered)
        begin, end = _runs(of)
        weighted = np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * _powers()[: len(codes)], dtype=np.uint64)
        before = np.where(begin > 0, weighted[begin - 1], np.uint64(0))
        hashes = (weighted[end - 1] - before) * _inverses()[begin]
        piece = np.searchsorted(starts, begin, side="right") - 1
        parts.append((owners[piece], hashes, begin - starts[piece], end - starts[piece], of[begin]))
    if not parts:
        empty = np.zeros(0, np.int64)
        return Words(empty, empty.astype(np.uint64), empty, empty, empty.astype(np.uint8))
    return Words(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def repeated_share(owners: np.ndarray, hashes: np.ndarray, texts: int) -> np.ndarray:
    """For each text the share of its items that occur in it more than once (float; not a number without items).

    Args:
        owners: (items,) position of the text of each item, ascending.
        hashes: (items,) uint64, equal for equal items.
        texts: number of texts.
    """
    import numpy as np

    owner, new, new_next = _sorted(owners, hashes)
    counted = np.bincount(owner, minlength=texts)
    repeated = np.bincount(owner, weights=~(new & new_next), minlength=texts)
    shares: np.ndarray = np.divide(repeated, counted, out=np.full(texts, np.nan), where=counted > 0)
    return shares


def distinct_share(owners: np.ndarray, hashes: np.ndarray, texts: int) -> np.ndarray:
    """For each text the number of different items / the number of items (float; not a number without items)."""
    import numpy as np

    owner, new, _ = _sorted(owners, hashes)
    counted = np.bincount(owner, minlength=texts)
    distinct = np.bincount(owner, weights=new, minlength=texts)
    shares: np.ndarray = np.divide(distinct, counted, out=np.full(texts, np.nan), where=counted > 0)
    return shares


def n_grams(owners: np.ndarray, hashes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Owners and hashes of the runs of n items that lie within one text."""
    if len(hashes) < n:
        return owners[:0], hashes[:0]
    grams = runs_of(hashes, n)
    whole = owners[: len(grams)] == owners[n - 1 :]
    return owners[: len(grams)][whole], grams[whole]


def runs_of(hashes: np.ndarray, n: int) -> np.ndarray:
    """Hashes (uint64) of all runs of n items, wherever they begin."""
    import numpy as np

    if len(hashes) < n:
        return hashes[:0]
    # Runs of 1, 2, 4 ... items, and of these the ones that add up to n.
    run, length, grams, held = hashes, 1, hashes[:0], 0
    while True:
        if n & length:
            grams = run.copy() if not held else _behind(grams, held, run, length)
            held += length
        if held == n:
            break
        run = _behind(run, length, run, length)
        length *= 2
    # The low bits of a product depend on the low bits of its factors alone: fold the high ones in.
    grams ^= grams >> np.uint64(29)
    return grams


def _behind(first: np.ndarray, length: int, second: np.ndarray, behind: int) -> np.ndarray:
    """Hashes of runs of `length` items with runs of `behind` items behind them."""
    import numpy as np

    joined = first[: len(second) - length] * np.uint64(pow(_PRIME, behind, 1 << 64))
    joined += second[length:]
    return joined


def _sorted(owners: np.ndarray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Owner of each item in order of (owner, hash), and whether it differs from the one before and the one behind."""
    import numpy as np
    import polars as pl

    if len(owners) and owners[-1] >= 1 << _ROW_BITS:
        message = f"{owners[-1] + 1} texts at once; no more than {1 << _ROW_BITS} fit."
        raise ValueError(message)
    keys = (owners.astype(np.uint64) << np.uint64(_HASH_BITS)) | (
        (hashes * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(_ROW_BITS)
    )
    # polars sorts numbers three times as fast as numpy does.
    keys = pl.Series(keys).sort().to_numpy()
    differs = np.ones(len(keys) + 1, bool)
    np.not_equal(keys[1:], keys[:-1], out=differs[1:-1])
    return (keys >> np.uint64(_HASH_BITS)).astype(np.int64), differs[:-1], differs[1:]


def _runs(of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where words begin and end."""
    import numpy as np

    inside = _inside()[of]
    alone = of == UNSPACED_LETTER
    begin = inside.copy()
    begin[1:] &= ~inside[:-1]
    end = inside.copy()
    end[:-1] &= ~inside[1:]
    return np.flatnonzero(begin | alone), np.flatnonzero(end | alone) + 1


@cache
def _inside() -> np.ndarray:
    import numpy as np

    inside = np.zeros(KINDS + 1, bool)
    inside[[LOWER, UPPER, LETTER, DIGIT]] = True
    return inside


@cache
def _powers() -> np.ndarray:
    return _products(_PRIME)


@cache
def _inverses() -> np.ndarray:
    # An odd number has an inverse modulo 2^64: the hash of a word does not depend on where it stands.
    return _products(pow(_PRIME, -1, 1 << 64))


def _products(factor: int) -> np.ndarray:
    import numpy as np

    powers = np.full(2 * READ, factor, np.uint64)
    powers[0] = 1
    product: np.ndarray = np.multiply.accumulate(powers)
    return product


def _lowered(text: str) -> str:
    lowered = text.lower()
    # A few capitals become two characters; places must stay what they are.
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
