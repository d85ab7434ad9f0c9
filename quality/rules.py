"""Rules: named patterns with a cheap test before them, so that most texts never reach the pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with a name."""

    name: str
    pattern: re.Pattern[str]
    needs: tuple[str, ...] = ()
    """Lower-case texts of which one must occur for the pattern to match at all; none: always tried."""
    longest: int | None = None
    """Longest text, in characters, on which the pattern is tried; None: any."""


class Hit(NamedTuple):
    """Where a rule matched."""

    rule: str
    span: tuple[int, int]


def rule(name: str, pattern: str, *needs: str, longest: int | None = None) -> Rule:
    """A rule whose pattern ignores case and lets ^ and $ match at lines."""
    return Rule(name, re.compile(pattern, re.IGNORECASE | re.MULTILINE), needs, longest)


def first_hit(rules: Sequence[Rule], text: str) -> Hit | None:
    """The first rule, in their order, that matches `text`, and the span of its first match."""
    if not text:
        return None
    lowered = text.lower()
    size = len(text)
    for one in rules:
        if one.longest is not None and size > one.longest:
            continue
        if one.needs and not any(need in lowered for need in one.needs):
            continue
        match = one.pattern.search(text)
        if match:
            return Hit(one.name, match.span())
    return None
