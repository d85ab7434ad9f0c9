"""`fold` for many texts at once, on arrays of their characters. The result is that of `fold`, text by text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .fold import DELETED, folded_key, is_folded

CHUNK = 1 << 18
"""Characters folded at once, unless one row has more: what is worked on stays in the processor's cache."""
_GAP = "\0"
_SPACE, _BREAK = 32, 10
# What a character is, as bits.
_DIGIT, _LETTER, _BLANK, _FOLDED, _DELETED, _POINT, _MINUS, _HARD = (1 << bit for bit in range(8))
_UNKNOWN = 0xFFFFFFFF
_SMALL_DIGITS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉")  # `normalise` marks them


@dataclass(frozen=True, slots=True)
class FoldedRows:
    """Some rows, each of several columns, folded."""

    rows: np.ndarray
    """int64: which rows these are, ascending."""
    codes: np.ndarray
    """Code points of all texts, one after the other: uint8 where all are ASCII, else uint32."""
    starts: np.ndarray
    """(rows, columns) of int64: where in `codes` each text begins."""
    ends: np.ndarray
    """(rows, columns) of int64: where it ends. Mostly there is a single line break between two texts of a row, but a
    text may lie elsewhere too."""


def fold_columns(columns: Sequence[Sequence[str]]) -> Iterator[FoldedRows]:
    """Fold all texts of some columns of one length; every row is in one of the results.

    A text of nothing but punctuation, of which nothing would be left, stays as it is (`folded_key`).
    """
    width, size = len(columns), len(columns[0])
    texts = list(columns[0]) if width == 1 else [""] * (width * size)
    if width > 1:
        for at, column in enumerate(columns):
            texts[at::width] = column
    sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)).reshape(-1, width)
    for first, last in _stretches(sizes.sum(1)):
        numbers, part = np.arange(first, last), texts[first * width : last * width]
        flat = np.fromiter(map(str.isascii, part), dtype=bool, count=len(part)).reshape(-1, width).all(1)
        if flat.all():
            yield _fold_rows(numbers, part, sizes[first:last], ascii_only=True)
            continue
        for chosen, ascii_only in ((np.flatnonzero(flat), True), (np.flatnonzero(~flat), False)):
            if len(chosen):
                some = [part[at * width + column] for at in chosen.tolist() for column in range(width)]
                yield _fold_rows(numbers[chosen], some, sizes[numbers[chosen]], ascii_only)


def _stretches(sizes: np.ndarray) -> Iterator[tuple[int, int]]:
    """Cut rows of so many characters into stretches (first, last + 1) of about `CHUNK` characters."""
    sums = np.cumsum(sizes)
    first = 0
    while first < len(sums):
        before = sums[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(sums, before + CHUNK)))
        yield first, last
        first = last


def _fold_rows(numbers: np.ndarray, texts: Sequence[str], sizes: np.ndarray, ascii_only: bool) -> FoldedRows:
    shape, sizes = sizes.shape, sizes.ravel()
    # One gap before, between and two after, so that no text has a neighbour.
    joined = _GAP + _GAP.join(texts) + _GAP * 2
    ends = np.cumsum(sizes + 1)
    starts = ends - sizes
    if ascii_only:
        out, kinds = _of_ascii(joined)
        hard = np.zeros(len(texts), dtype=bool)
    else:
        out, kinds = _tables().of(_codes(joined))
        where = np.flatnonzero((kinds & _HARD) != 0)
        hard = np.searchsorted(where, starts) != np.searchsorted(where, ends)
    folded, starts, ends = _fold(out, kinds, starts, ends)
    folded[starts - 1] = _BREAK
    # Nothing left, or more than can be told character by character: text by text.
    alone = np.flatnonzero(hard | ((starts == ends) & (sizes > 0)))
    again = [folded_key(texts[at]) for at in alone.tolist()]
    if any(again):
        size = np.fromiter(map(len, again), dtype=np.int64, count=len(again))
        ends[alone] = len(folded) + np.cumsum(size)
        starts[alone] = ends[alone] - size
        folded = np.concatenate([folded, _codes("".join(again)).astype(folded.dtype)])
    return FoldedRows(numbers, folded, starts.reshape(shape), ends.reshape(shape))


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _fold(
    out: np.ndarray, kinds: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Apply the rules of `fold` to texts whose characters are mapped already; `out` is changed."""
    digit = kinds & _DIGIT
    folded = np.flatnonzero((kinds & (_FOLDED | _POINT | _MINUS)) != 0)
    kind, before, after = kinds[folded], kinds[folded - 1], kinds[folded + 1]
    ahead = digit[_past_blanks(kinds, folded, kind)]
    number = ((kind & _POINT) != 0) & ((before & after & _DIGIT) != 0)
    number |= ((kind & _MINUS) != 0) & ((before & _LETTER) == 0) & (ahead != 0)
    out[folded[~number]] = _SPACE
    gone = _gone((kinds & _DELETED) != 0, out)
    space = out == _SPACE
    gone[1:] |= space[1:] & space[:-1]
    _strip(gone, space, starts, ends)
    where = np.flatnonzero(gone)
    if not len(where):
        return out, starts, ends
    return out[~gone], starts - np.searchsorted(where, starts), ends - np.searchsorted(where, ends)


def _past_blanks(kinds: np.ndarray, folded: np.ndarray, kind: np.ndarray) -> np.ndarray:
    """For each mark the place of the next character, behind a minus of the next one that is no white space."""
    places = folded + 1
    waiting = np.flatnonzero((kind & _MINUS) != 0)
    while len(waiting):
        waiting = waiting[(kinds[places[waiting]] & _BLANK) != 0]
        places[waiting] += 1
    return places


def _gone(deleted: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Which marks go without a trace. One beside a space is made a space, since it ends in the same run."""
    at = np.flatnonzero(deleted)
    while True:
        beside = (out[at - 1] == _SPACE) | (out[at + 1] == _SPACE)
        if not beside.any():
            break
        out[at[beside]] = _SPACE
        at = at[~beside]
    gone = np.zeros(len(out), dtype=bool)
    gone[at] = True
    return gone


def _strip(gone: np.ndarray, space: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> None:
    """Mark the spaces at both ends of each text; what `gone` holds there already is passed over."""
    for edges, step, bounds in ((starts.copy(), 1, ends), (ends - 1, -1, starts - 1)):
        at, stop = edges, bounds
        while True:
            inside = at != stop
            at, stop = at[inside], stop[inside]
            outer = space[at] | gone[at]
            at, stop = at[outer], stop[outer]
            if not len(at):
                break
            gone[at] = True
            at = at + step


def _of_ascii(text: str) -> tuple[np.ndarray, np.ndarray]:
    """(mapped characters, kinds) of an ASCII text."""
    raw = text.encode("ascii")
    mapped, kinds = _ascii_tables()
    return np.frombuffer(raw.translate(mapped), np.uint8) & 0x7F, np.frombuffer(raw.translate(kinds), np.uint8)


@cache
def _ascii_tables() -> tuple[bytes, bytes]:
    mapped, kinds = _tables().of(np.arange(128, dtype=np.uint32))
    # With the highest bit set no byte stays what it is: `translate` guesses right that each one changes, and is faster.
    return (mapped.astype(np.uint8) | 0x80).tobytes() + bytes(128), kinds.tobytes() + bytes(128)


class _Tables:
    """What becomes of each character by itself; filled as characters are met."""

    def __init__(self) -> None:
        self._mapped = np.full(0x110000, _UNKNOWN, dtype=np.uint32)
        self._kinds = np.zeros(0x110000, dtype=np.uint8)

    def of(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(mapped code points, kinds) of code points; both are new arrays."""
        mapped = self._mapped[codes]
        unknown = mapped == _UNKNOWN
        if unknown.any():
            for code in np.unique(codes[unknown]).tolist():
                self._mapped[code], self._kinds[code] = _of_character(chr(code))
            mapped = self._mapped[codes]
        return mapped, self._kinds[codes]


@cache
def _tables() -> _Tables:
    return _Tables()


def _of_character(character: str) -> tuple[int, int]:
    """What `fold` makes of a character, and what it is to its neighbours; hard if that depends on more."""
    one = unicodedata.normalize("NFKC", character)
    flat = one.casefold()
    if len(one) > 1 and all(map(_is_plain_mark, one)):
        return _SPACE, _FOLDED  # "…" is three points, none of them in a number
    if len(one) != 1 or len(flat) != 1 or (not character.isascii() and _melts(character, one)):
        return ord(character), _HARD
    kind = 0
    if flat.isspace():
        return _SPACE, _BLANK
    if flat.isdecimal():
        kind |= _DIGIT
    elif flat.isalnum():
        kind |= _LETTER
    if flat in DELETED:
        kind |= _DELETED
    elif is_folded(flat):
        kind |= _FOLDED
    if flat in ".,:":
        kind |= _POINT
    if flat == "-":
        kind |= _MINUS
    return ord(flat), kind


def _is_plain_mark(character: str) -> bool:
    """Whether a character between two of its kind is folded to a space, whatever these are."""
    return is_folded(character) and character not in DELETED and character != "-"


def _melts(character: str, one: str) -> bool:
    """Whether normalising makes something of a character that depends on its neighbours, or marks it."""
    return character in _SMALL_DIGITS or any(map(_joins, (character, one)))


def _joins(character: str) -> bool:
    """Whether a character may melt into the one before it, or change places with it."""
    parts_of_syllables = "\u1100" <= character <= "\u11ff" or "\U00016d63" <= character <= "\U00016d6a"
    return parts_of_syllables or unicodedata.category(character)[0] == "M"
