"""What kinds of characters texts are made of, counted for many texts at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from .words import UNSPACED_CHARACTER, UNSPACED_PUNCTUATION

if TYPE_CHECKING:
    import numpy as np

LOWER, UPPER, LETTER, UNSPACED_LETTER, DIGIT, SPACE, NEWLINE, PUNCTUATION, WIDE_PUNCTUATION, SYMBOL, OTHER = range(11)
"""Kinds: letters with and without case, characters of scripts without spaces, digits, spaces, line ends, punctuation,
punctuation of scripts without spaces, symbols (currency, mathematics, emoji), and the rest (controls)."""
KINDS = 11
_TABLE = 0x40000
"""Code points with an entry of their own in the table; those beyond it are tags and private use."""
_BETWEEN = "\U0003ffff"
"""Stands between two texts: no character, so that nothing runs from one text into the next."""
AT_ONCE = 1 << 17
"""Characters worked on at once: what is made of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts for a list of texts, as arrays of one length (int64)."""

    kinds: np.ndarray
    """(texts, KINDS): characters of each kind."""
    words: np.ndarray
    """Words as `words.count_words` counts them: parts between spaces, and characters of scripts without spaces."""
    non_ascii: np.ndarray
    """Characters beyond ASCII."""

    @property
    def characters(self) -> np.ndarray:
        """Number of characters of each text."""
        total: np.ndarray = self.kinds.sum(axis=1)
        return total

    def of(self, *kinds: int) -> np.ndarray:
        """Number of characters of these kinds in each text."""
        total: np.ndarray = self.kinds[:, list(kinds)].sum(axis=1)
        return total


def count_characters(texts: Sequence[str]) -> Counts:
    """Count the characters of texts by kind, and their words.

    Args:
        texts: any texts; halves of surrogate pairs count as OTHER. A text of more than 131,072 characters is
            counted in parts, cut at a space where there is one near.
    """
    import numpy as np

    kinds = np.zeros((len(texts), KINDS), np.int64)
    words = np.zeros(len(texts), np.int64)
    non_ascii = np.zeros(len(texts), np.int64)
    for into, pieces in in_pieces(texts, AT_ONCE):
        of, at = kinds_in(pieces)
        for kind in range(KINDS):
            is_kind = of == kind
            if is_kind.any():
                np.add.at(kinds[:, kind], into, np.add.reduceat(is_kind.view(np.uint8), at, dtype=np.int64))
        np.add.at(words, into, np.add.reduceat(_word_starts(of).view(np.uint8), at, dtype=np.int64))
        for owner, piece in zip(into.tolist(), pieces, strict=True):
            if not piece.isascii():
                non_ascii[owner] += len(piece) - len(piece.encode("ascii", "ignore"))
    return Counts(kinds, words, non_ascii)


def in_pieces(texts: Sequence[str], at_once: int, longest: int | None = None) -> Iterator[tuple[np.ndarray, list[str]]]:
    """Groups of texts of bounded size: positions (int64) and the texts, each text whole or in several pieces.

    Args:
        texts: the texts; empty ones are left out.
        at_once: characters of a group.
        longest: characters of a piece; as many as of a group if not given. A longer piece is a group of its own.
    """
    import numpy as np

    most = longest or at_once

    owners: list[int] = []
    pieces: list[str] = []
    size = 0
    for owner, text in enumerate(texts):
        for piece in _cut(text, most) if len(text) > most else (text,):
            if not piece:
                continue
            if size + len(piece) > at_once and pieces:
                yield np.array(owners, np.int64), pieces
                owners, pieces, size = [], [], 0
            owners.append(owner)
            pieces.append(piece)
            size += len(piece)
    if pieces:
        yield np.array(owners, np.int64), pieces


def code_points(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The code points of all texts one behind the other (uint32), and where each text starts (int64).

    Every text is followed by U+3FFFF, which is no character: nothing runs from one text into the next.
    """
    return _codes(f"{_BETWEEN.join(texts)}{_BETWEEN}"), _starts(texts)


def _codes(text: str) -> np.ndarray:
    import numpy as np

    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _starts(texts: Sequence[str]) -> np.ndarray:
    import numpy as np

    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.zeros(len(texts), np.int64)
    np.cumsum(lengths[:-1] + 1, out=starts[1:])
    return starts


def kinds_in(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The kinds of the characters of all texts, laid out as `code_points` does (uint8), and where each text starts."""
    import numpy as np

    # What is beyond ASCII becomes one mark each, all of the rest is looked up at once, and then those places alone.
    codes, starts = code_points(texts)
    beyond = np.flatnonzero(codes > 127)
    kinds = np.frombuffer(bytearray(codes.astype(np.uint8).tobytes().translate(_ascii_kinds())), np.uint8)
    kinds[beyond] = kinds_of(codes[beyond])
    return kinds, starts


def kinds_of(codes: np.ndarray) -> np.ndarray:
    """The kind of each code point (uint8); what stands between two texts is of a kind of its own, KINDS."""
    import numpy as np

    table = _kinds()
    known: np.ndarray = table[codes if codes.max(initial=0) < _TABLE else np.where(codes < _TABLE, codes, _TABLE - 2)]
    return known


def _word_starts(of: np.ndarray) -> np.ndarray:
    """Where a word starts: at a character of a script without spaces, or behind what keeps words apart."""
    apart = _apart()[of]
    starts: np.ndarray = ~apart
    starts[1:] &= apart[:-1]
    starts |= of == UNSPACED_LETTER
    return starts


@cache
def _apart() -> np.ndarray:
    """Which kinds are no part of a word of several characters."""
    import numpy as np

    apart = np.zeros(KINDS + 1, bool)
    apart[[SPACE, NEWLINE, UNSPACED_LETTER, WIDE_PUNCTUATION, KINDS]] = True
    return apart


@cache
def _ascii_kinds() -> bytes:
    return bytes(_kind(chr(code)) for code in range(128)) + bytes(128)


@cache
def _kinds() -> np.ndarray:
    import numpy as np

    # Han and Hangul are a third of a million characters that need no looking up.
    table = np.full(_TABLE, UNSPACED_LETTER, np.uint8)
    table[0xAC00:0xD7A4] = LETTER
    for start, end in ((0, 0x3400), (0x4DC0, 0x4E00), (0xA000, 0xAC00), (0xD7A4, 0x20000)):
        table[start:end] = [_kind(chr(code)) for code in range(start, end)]
    table[_TABLE - 2] = OTHER
    table[ord(_BETWEEN)] = KINDS
    return table


def _kind(character: str) -> int:
    if character.isspace():
        return NEWLINE if character in "\n\r\v\f\x85\u2028\u2029" else SPACE
    category = unicodedata.category(character)
    if character >= "\u0e00":
        if UNSPACED_CHARACTER.match(character):
            return UNSPACED_LETTER
        if UNSPACED_PUNCTUATION.match(character):
            return WIDE_PUNCTUATION
    if category[0] in "LM":
        return {"Ll": LOWER, "Lu": UPPER, "Lt": UPPER}.get(category, LETTER)
    return {"N": DIGIT, "P": PUNCTUATION, "S": SYMBOL}.get(category[0], OTHER)


def _cut(text: str, size: int) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            space = text.rfind(" ", max(start, end - 1000), end)
            end = space + 1 if space > start else end
        yield text[start:end]
        start = end
