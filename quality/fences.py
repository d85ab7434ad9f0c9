"""Fenced blocks of a markdown text: ``` or ~~~ with a language, code, and a closing fence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^[^\S\n]{0,12}(`{3,}+|~{3,}+)([^\n`]*+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block."""

    language: str
    """First word behind the opening fence, in lower case; empty if there is none."""
    start: int
    """Where the code starts in the text, in characters."""
    end: int
    """Where it ends."""
    closed: bool
    """False: the text ends before the block does."""
    opened: tuple[int, int]
    """Span of the opening fence."""


def fences(text: str) -> Iterator[Fence]:
    """The fenced blocks of a text, in order.

    A fence is closed by a line of at least as many of the same mark and nothing else, as CommonMark has it.
    """
    mark, opened, language, start = "", (0, 0), "", 0
    for match in _FENCE.finditer(text):
        fence, behind = match.group(1), match.group(2).strip()
        if not mark:
            mark, opened, language = fence, match.span(1), behind.lower().split(maxsplit=1)[0] if behind else ""
            start = min(match.end() + 1, len(text))
        elif fence[0] == mark[0] and len(fence) >= len(mark) and not behind:
            yield Fence(language, start, max(start, match.start()), True, opened)
            mark = ""
    if mark:
        yield Fence(language, start, len(text), False, opened)
