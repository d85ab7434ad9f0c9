"""Rules: named patterns with a cheap test before them, so that most texts never reach the pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from .batch import Batch, Texts
from .check import CLEAN, Finding, Row, found

_FEW = 12
"""Up to so many texts are looked at one by one: polars costs more to call than it saves."""


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


def scan(rows: Sequence[Row], names: Iterable[str], rules: Sequence[Rule], reason: str) -> list[Finding]:
    """Look through columns for the first text that a rule matches.

    Args:
        rows: the rows; a `Batch` where there is one.
        names: columns, in the order in which they are looked at.
        rules: in the order in which they are tried on a text.
        reason: slug of what a match means.

    Returns:
        One finding per row: `CLEAN`, or what the first match of its first column is.
    """
    batch = Batch.of(rows)
    findings = [CLEAN] * len(batch)
    for name in names:
        texts = batch.texts(name)
        for at in candidates(texts, rules):
            row = texts.row(at)
            if findings[row] is CLEAN:
                hit = first_hit(rules, texts.texts[at])
                if hit:
                    findings[row] = found(reason, texts.field(at), hit.span, hit.rule)
    return findings


def amount(finding: Finding) -> float:
    """A finding's value as a number; 0.0 where it has none."""
    return finding.value if isinstance(finding.value, float) else 0.0


def candidates(texts: Texts, rules: Sequence[Rule]) -> Iterable[int]:
    """Positions of the texts that a rule may match, ascending: those that hold what it needs, or are short enough."""
    if len(texts) <= _FEW or any(not one.needs and one.longest is None for one in rules):
        return range(len(texts))
    masks = []
    needed = sorted({need for one in rules for need in one.needs})
    if needed:
        masks.append(texts.lowered.str.contains_any(needed))
    longest = max((one.longest for one in rules if one.longest is not None and not one.needs), default=None)
    if longest is not None:
        # No character takes more than four bytes, and the number of bytes is there without counting.
        masks.append(texts.series.str.len_bytes() <= 4 * longest)
    found_in: list[int] = reduce(or_, masks).arg_true().to_list()
    return found_in


def containing(texts: Texts, needed: Sequence[str]) -> Iterable[int]:
    """Positions of the texts in which one of these lower-case texts occurs, ascending; case does not count."""
    if len(texts) <= _FEW:
        return [at for at, text in enumerate(texts.texts) if any(need in text.lower() for need in needed)]
    found_in: list[int] = texts.lowered.str.contains_any(list(needed)).arg_true().to_list()
    return found_in
