"""What is counted in texts: n-grams at both ends, n-grams anywhere, and n-grams of masked texts, as 64-bit numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from .encode import Encoded
from .tags import FIRST_WORD_CODE

if TYPE_CHECKING:
    import numpy as np

Place = Literal["opening", "closing", "anywhere"]
Mask = Literal["", "words", "tags"]
"""words: words that are not frequent become one class, and runs of it one token. tags: every word becomes its part of
speech."""
_MULTIPLIER = 0x9E3779B97F4A7C15
_WORD_CLASS = 0xFF00


class Stream(NamedTuple):
    """One kind of n-gram."""

    place: Place
    size: int
    """Tokens in it."""
    mask: Mask = ""
    """What texts are put under first."""

    @property
    def salt(self) -> int:
        """Keeps the numbers of one stream apart from those of another."""
        from .tokens import token_number

        return token_number(f"\x00{self.place}/{self.size}/{self.mask}")


class Found(NamedTuple):
    """N-grams of texts, in order of their places."""

    number: np.ndarray
    """uint64."""
    row: np.ndarray
    """int64."""
    text: np.ndarray
    """int64: position of the text."""
    at: np.ndarray
    """int64: the token of the text at which it begins."""
    end: np.ndarray
    """int64: the token behind its last one."""


def edges(longest: int) -> Iterator[Stream]:
    """Openings and closings of 1 to `longest` tokens."""
    for size in range(1, longest + 1):
        yield Stream("opening", size)
        yield Stream("closing", size)


class Masked(NamedTuple):
    """Texts under a mask."""

    tokens: np.ndarray
    bounds: np.ndarray
    place: np.ndarray | None
    """Where each token stood in all texts together; None: where it stands now."""


def masked(encoded: Encoded, mask: Mask, frequent: np.ndarray) -> Masked:
    """Put texts under a mask; `frequent` has the numbers of the words that the mask "words" leaves as they are."""
    import numpy as np

    tokens = encoded.tokens
    if not mask:
        return Masked(tokens, encoded.bounds, None)
    code = tokens & np.uint64(0xFF)
    is_word = code >= FIRST_WORD_CODE
    if mask == "tags":
        return Masked(np.where(is_word, np.uint64(_WORD_CLASS) | code, tokens), encoded.bounds, None)
    hidden = is_word & ~np.isin(tokens, frequent)
    heads = np.zeros(len(tokens) + 1, dtype=bool)
    heads[encoded.bounds] = True
    stays = ~hidden
    stays[1:] |= ~hidden[:-1]
    stays |= heads[:-1]
    place = np.flatnonzero(stays)
    left = np.where(hidden, np.uint64(_WORD_CLASS), tokens)[place]
    return Masked(left, np.searchsorted(place, encoded.bounds), place)


def grams(encoded: Encoded, stream: Stream, under: Masked) -> Found:
    """Every n-gram of a stream; `under`: the texts under its mask."""
    import numpy as np

    size = stream.size
    first, last = under.bounds[:-1], under.bounds[1:]
    if stream.place == "anywhere":
        counts = np.maximum(last - first - size + 1, 0)
        text = np.repeat(np.arange(encoded.texts), counts)
        starts = first[text] + np.arange(len(text)) - np.repeat(np.cumsum(counts) - counts, counts)
    else:
        text = np.flatnonzero(last - first >= size)
        starts = first[text] if stream.place == "opening" else last[text] - size
    number = np.full(len(starts), stream.salt, dtype=np.uint64)
    for step in range(size):
        number = (number ^ under.tokens[starts + step]) * np.uint64(_MULTIPLIER)
        number ^= number >> np.uint64(29)
    if stream.mask == "words":
        telling = np.cumsum(np.r_[0, under.tokens != np.uint64(_WORD_CLASS)])
        kept = telling[starts + size] - telling[starts] > size // 2
        number, text, starts = number[kept], text[kept], starts[kept]
    ends = starts + size - 1
    if under.place is not None:
        starts, ends = under.place[starts], under.place[ends]
    begin = encoded.bounds[:-1][text]
    return Found(number, encoded.row[text], text, starts - begin, ends + 1 - begin)


@dataclass(frozen=True, slots=True)
class Counted:
    """N-grams of one stream that enough rows carry, and the rows."""

    stream: Stream
    number: np.ndarray
    """(n,) uint64, ascending."""
    data: np.ndarray
    """(n,) rows of the data."""
    reference: np.ndarray
    """(n,) rows of the reference."""
    bounds: np.ndarray
    """(n + 1,) int64: where the rows of each begin in the arrays below."""
    row: np.ndarray
    """Rows that carry each n-gram, ascending; those of the reference come after those of the data."""
    text: np.ndarray
    """The text of the first occurrence in that row."""
    at: np.ndarray
    """The token at which it begins there."""


def count(found: Found, stream: Stream, data_rows: int, fewest: int) -> Counted:
    """Count rows by n-gram, keeping n-grams that at least `fewest` rows of both sets together carry.

    Hashed counts of occurrences, which are never too low, sort out nearly all n-grams before anything is sorted.

    Args:
        found: n-grams of the data (rows below `data_rows`) and of the reference (rows from there on).
        stream: what they are.
        data_rows: rows of the data.
        fewest: rows an n-gram needs.
    """
    import numpy as np

    number, row, text, at = found[:4]
    if fewest > 1 and len(number):
        bits = int(np.clip(np.ceil(np.log2(len(number))) + 2, 10, 26))
        bucket = (number >> np.uint64(64 - bits)).astype(np.int64)
        often = np.bincount(bucket, minlength=1 << bits)[bucket] >= fewest
        number, row, text, at = number[often], row[often], text[often], at[often]
    # Rows ascend already: a stable sort by number keeps them so.
    order = np.argsort(number, kind="stable")
    number, row, text, at = number[order], row[order], text[order], at[order]
    new = np.ones(len(number), dtype=bool)
    new[1:] = (number[1:] != number[:-1]) | (row[1:] != row[:-1])
    number, row, text, at = number[new], row[new], text[new], at[new]
    heads = np.flatnonzero(np.r_[True, number[1:] != number[:-1]]) if len(number) else np.zeros(0, dtype=np.int64)
    total = np.diff(np.r_[heads, len(number)])
    kept = total >= fewest
    pick = np.repeat(kept, total)
    data = np.add.reduceat((row < data_rows).astype(np.int64), heads)[kept] if len(heads) else total
    bounds = np.r_[0, np.cumsum(total[kept])]
    return Counted(stream, number[heads[kept]], data, total[kept] - data, bounds, row[pick], text[pick], at[pick])
