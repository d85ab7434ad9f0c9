"""Text made safe to put on a page: control characters visible, spans in the browser's units, JSON in a script block."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}

Piece = str | dict[str, Any]
"""A text on the page: a plain string, or {"t", "before", "after", "marks"} when it is cut or has evidence in it."""


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def visible(text: str) -> str:
    """Replace what a browser would drop or choke on by a visible sign, one character for one.

    Control characters become their pictures (NUL is shown as U+2400); lone surrogates become U+FFFD. Tabs and
    line feeds stay. The length never changes, so spans stay right.
    """
    return _UNSAFE.sub(_picture, text) if _UNSAFE.search(text) else text


def upright(text: str) -> str:
    """As `visible`, and no character left that turns the direction of the words around it."""
    return _DIRECTION.sub("\ufffd", visible(text))


def clip(text: str, limit: int = 300) -> str:
    """Cut a text to `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def label(value: object, limit: int = 120) -> str:
    """A name, key or reason as it may stand within a line of the page: short, visible, upright."""
    return upright(clip(str(value), limit))


def json_block(value: Any) -> str:
    r"""JSON for a `<script type="application/json">`: no character in it can end the block or a string.

    Args:
        value: plain data whose texts went through `visible`.
    """
    block = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, escaped in _ESCAPES.items():
        block = block.replace(sign, escaped)
    return block


def _units(text: str, position: int) -> int:
    """A position in code points as a position in UTF-16 units, which is how browsers count."""
    return position if text.isascii() else len(text[:position].encode("utf-16-le")) // 2


def spans_within(spans: Sequence[Sequence[int]], length: int) -> list[tuple[int, int]]:
    """The spans that lie in a text of `length` characters, clipped to it, sorted, overlaps merged."""
    merged: list[tuple[int, int]] = []
    for span in sorted(tuple(s) for s in spans):
        first, last = max(0, span[0]), min(length, span[1])
        if first >= last:
            continue
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def piece(text: str, limit: int, spans: Sequence[Sequence[int]] = ()) -> Piece:
    """Cut a text to at most `limit` characters, keeping its first marked span in view.

    Args:
        text: the whole text.
        limit: characters to keep.
        spans: [from, to) pairs in code points, in any order, clipped to the text.

    Returns:
        The text itself where nothing was cut or marked, else a mapping: `t` the text, `before` and `after` the
        numbers of characters cut, `marks` the spans within `t` in UTF-16 units.
    """
    within = spans_within(spans, len(text))
    if len(text) <= limit and not within:
        return visible(text)
    start = 0
    if len(text) > limit and within and within[0][1] > limit:
        start = min(max(0, within[0][0] - limit // 4), len(text) - limit)
    shown = visible(text[start : start + limit])
    inside = spans_within([(a - start, b - start) for a, b in within], len(shown))
    cut: dict[str, Any] = {"t": shown}
    if start:
        cut["before"] = start
    if after := len(text) - start - len(shown):
        cut["after"] = after
    if inside:
        cut["marks"] = [[_units(shown, a), _units(shown, b)] for a, b in inside]
    return cut
