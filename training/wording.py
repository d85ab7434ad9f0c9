"""The fixed words of a pattern in a text: what lies in its slots is content, and not to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from ..quality.patterns.tokens import Token, cut

_SLOT = "{…}"
_MASKED = "…"
"""Stands for a masked word in forms and skeletons, which have no wording."""

Span = tuple[int, int]


def fixed_parts(text: str, span: Span, wording: str) -> tuple[Span, ...] | None:
    """Where in a text the words of a pattern stand, without what fills its slots.

    Args:
        text: the text that carries the pattern.
        span: the place of the pattern, in characters.
        wording: the pattern's text, with slots {…} and {number}; wordings that stand for each other are parted
            by " | ", and the one that fits best counts.

    Returns:
        Spans in characters of the text, ascending, one for each run of fixed words; None where none of the wordings is
        found, as for masked texts.
    """
    tokens = [one for one in cut(text) if one.end > span[0] and one.start < span[1]]
    found = [parts for one in wording.split(" | ") if (parts := _aligned(tokens, one)) is not None]
    return max(found, key=lambda parts: sum(end - start for start, end in parts), default=None)


def _aligned(tokens: Sequence[Token], wording: str) -> tuple[Span, ...] | None:
    segments = [
        [token.text for token in cut(part.replace("{number}", "0"))] for part in wording.split(_SLOT) if part.strip()
    ]
    if not segments or any(_MASKED in segment for segment in segments):
        return None
    words = [token.text for token in tokens]
    places: list[tuple[int, int]] = []
    at = 0
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1 and number > 0
        start = _find(words, segment, at, backwards=last)
        if start is None:
            return None
        at = start + len(segment)
        places.append((start, at))
    return tuple((tokens[start].start, tokens[end - 1].end) for start, end in places)


def _find(words: Sequence[str], segment: Sequence[str], at: int, *, backwards: bool) -> int | None:
    """Where a segment stands from a place on: its first place, or its last."""
    starts = range(at, len(words) - len(segment) + 1)
    ordered = reversed(starts) if backwards else starts
    return next((start for start in ordered if list(words[start : start + len(segment)]) == list(segment)), None)
