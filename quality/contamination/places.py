"""Where the words of a text stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..words import normalise, token_pattern

# What may melt together when a text is normalised: a character and the marks after it, or the parts of Hangul.
_PIECE = re.compile("[\u1100-\u11ff]+|.", re.DOTALL)


def word_places(text: str) -> list[tuple[int, int]]:
    """From and to of each word that `quality.words.tokens` cuts, in characters of the text as it stands.

    Where a piece of the text becomes several words when it is normalised (10² is 10^2), they have the same place.
    """
    if text.isascii():
        return [match.span() for match in token_pattern(ascii_only=True).finditer(text.lower())]
    flat: list[str] = []
    origin: list[int] = []
    for start, stop in _pieces(text):
        piece = normalise(text[start:stop]).lower()
        flat.append(piece)
        origin += [start] * len(piece)
    origin.append(len(text))
    ends = _ends(origin, len(text))
    found = token_pattern(ascii_only=False).finditer("".join(flat))
    return [(origin[match.start()], ends[match.end() - 1]) for match in found]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _PIECE.finditer(text):
        if match.start() and unicodedata.category(match.group()[0])[0] != "M":
            yield start, match.start()
            start = match.start()
    if text:
        yield start, len(text)


def _ends(origin: list[int], size: int) -> list[int]:
    """For each normalised character where the piece it comes from ends."""
    ends = [size] * len(origin)
    stop = size
    for at in range(len(origin) - 2, -1, -1):
        if origin[at] != origin[at + 1]:
            stop = origin[at + 1]
        ends[at] = stop
    return ends
