"""Numbers in a text, whichever way they are written.

1,000 is 1000 is 1.000 (as Germans write it) is 1 000 is one thousand; 50 % is fifty percent. A numeral that may be
read in two ways (1.000 is a thousand or one) has both readings, and equals whatever shares one of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from .number_words import SCALES, number_words, stand_ins


@dataclass(frozen=True, slots=True)
class Number:
    """One number in a text."""

    values: frozenset[float]
    """Its readings."""
    span: tuple[int, int]
    """Where it stands, in characters."""
    text: str
    """As it is written."""


_SPACES = " \u00a0\u202f\u2009"
_DIGITS = re.compile(
    # Not inside a word (H2O, B2B). Behind a hyphen it may be the end of a range or of a name (COVID-19).
    rf"(?<![^\W\d_])(?<!\d[.,])(?<!\d)\d{{1,3}}(?:(?:[,.'’{_SPACES}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,]\d+)*)"
)
_LONGEST = 60
"""Characters of a numeral; what is longer is no number that anybody reads."""
_BEHIND = re.compile(rf"[{_SPACES}-]?([^\W\d_]{{1,12}})(?!\w)")
_LETTER_SCALES = {"k": 1e3, "K": 1e3, "M": 1e6, "m": 1e6, "B": 1e9, "T": 1e12}
_UNSPACED_SCALES = {"百": 1e2, "千": 1e3, "万": 1e4, "萬": 1e4, "億": 1e8, "亿": 1e8, "만": 1e4, "억": 1e8}
_PERCENT = re.compile(
    rf"[{_SPACES}]?(?:[%٪％]|(?:percent|per cent|prozent|pour cent|por ciento|por cento|per cento|procent)\b|процент)",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(?<![\d/.,])(\d{1,2})/(\d{1,2})(?![\d/])")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_JOINTS = frozenset({"", "and", "und", "et", "y", "e"})
_ROMAN = re.compile(r"\b(?=[IVXLC]{2,})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?!\w)")
_WORTH = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order: numerals, and number words from two on ("one" is an article as well).

    Number words are read in eight European languages, up to trillions ("two hundred and five").
    """
    found = list(_numerals(text))
    taken = sorted(number.span for number in found)
    words = [number for number in _spelt(text) if not _overlaps(number.span, taken)]
    return sorted([*found, *words], key=lambda number: number.span)


def loose_values(text: str) -> set[float]:
    """What words may stand for without being numbers: a (1), both (2), dozen (12), half (0.5), May (5), IV (4) ..."""
    table = stand_ins()
    values: set[float] = set()
    for word in _WORD.findall(text.lower()):
        for part in (word, *word.split("-")) if "-" in word else (word,):
            values.update(table.get(part, ()))
    for match in _ROMAN.finditer(text):
        digits = [_WORTH[letter] for letter in match.group()]
        values.add(float(sum(-d if d < after else d for d, after in zip(digits, [*digits[1:], 0], strict=True))))
    return values


def _numerals(text: str) -> Iterator[Number]:
    fractions: dict[int, float] = {}
    for match in _FRACTION.finditer(text):
        part, whole = int(match.group(1)), int(match.group(2))
        if 0 < part < whole:
            fractions[match.start(1)] = fractions[match.start(2)] = part / whole
    for match in _DIGITS.finditer(text):
        raw, start, end = match.group(), match.start(), match.end()
        values = _readings(raw)
        if not values:
            continue
        values, end = _scaled(values, text, end)
        if _PERCENT.match(text, end):
            values |= {round(value / 100, 9) for value in values}
        if start in fractions:
            values.add(fractions[start])
        yield Number(frozenset(values), (start, end), text[start:end])


def _scaled(values: set[float], text: str, end: int) -> tuple[set[float], int]:
    """The values times the scale that stands behind them, and where that ends."""
    scale = _UNSPACED_SCALES.get(text[end : end + 1])
    if scale:
        return {value * scale for value in values}, end + 1
    behind = _BEHIND.match(text, end)
    if not behind:
        return values, end
    scale = SCALES.get(behind.group(1).lower())
    if scale:
        return {round(value * scale, 6) for value in values}, behind.end()
    scale = _LETTER_SCALES.get(behind.group(1))
    # 5 m may be metres as well.
    return (values | {round(value * scale, 6) for value in values} if scale else values), end


def _readings(raw: str) -> set[float]:
    """1,000.5 and 1.000,5 have one reading, 1.000 and 1,000 two; 10.30.5 and the like are several numbers."""
    if len(raw) > _LONGEST:
        return set()
    parts = [float(part) for part in re.findall(r"\d+", raw)]
    digits = re.sub(r"[^\d.,]", "", raw)
    spaced = set(parts) if any(space in raw for space in " ") else set()
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        # "4 200" may be two numbers that happen to stand side by side.
        return {float(digits), *spaced}
    last = marks[-1]
    whole, _, part = digits.rpartition(last)
    if len(set(marks)) == 2:
        other = "," if last == "." else "."
        grouped = marks.count(last) == 1 and all(len(group) == 3 for group in whole.split(other)[1:])
        return {float(f"{whole.replace(other, '')}.{part}")} if grouped else set(parts)
    groups = digits.split(last)
    if len(marks) > 1:
        return {float("".join(groups))} if all(len(group) == 3 for group in groups[1:]) else set(parts)
    value = float(f"{groups[0]}.{groups[1]}")
    both = len(groups[1]) == 3 and groups[0] != "0"
    return {value, float("".join(groups)), *spaced} if both else {value, *spaced}


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    at = bisect_left(taken, (span[1], 0))
    return at > 0 and taken[at - 1][1] > span[0]


_Spelt = tuple[float, tuple[int, int]]


def _spelt(text: str) -> Iterator[Number]:
    """Numbers spelt out: runs of number words with nothing but spaces, hyphens or "and" between them."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    run: list[_Spelt] = []
    for match in _WORD.finditer(lowered):
        parts = _parts(match.group(), match.start())
        if not parts:
            continue
        if run and lowered[run[-1][1][1] : match.start()].strip(" -\u00a0\n") not in _JOINTS:
            yield from _read(text, run)
            run = []
        run += parts
    yield from _read(text, run)


def _parts(word: str, start: int) -> list[_Spelt]:
    table = number_words()
    if word in table:
        return [(table[word], (start, start + len(word)))]
    parts: list[_Spelt] = []
    at = start
    for part in word.split("-") if "-" in word else ():
        value = 1.0 if part == "one" and parts else table.get(part)
        if value is None:
            # "three-year", "two-thirds": the number stands first.
            return parts
        parts.append((value, (at, at + len(part))))
        at += len(part) + 1
    return parts


def _read(text: str, run: list[_Spelt]) -> Iterator[Number]:
    """The numbers of a run of number words: "two hundred five" is one, "two three" are two."""
    total = current = previous = 0.0
    begin, last = -1, 0
    for value, (start, end) in run:
        joins = value >= 100 or previous >= 100 or (20 <= previous < 100 and previous % 10 == 0 and 0 < value < 10)
        if begin >= 0 and not joins:
            yield Number(frozenset((total + current,)), (begin, last), text[begin:last])
            total = current = 0.0
            begin = -1
        begin = start if begin < 0 else begin
        if value >= 1000:
            total, current = total + max(current, 1.0) * value, 0.0
        elif value == 100:
            current = max(current, 1.0) * 100
        else:
            current += value
        previous, last = value, end
    if begin >= 0:
        yield Number(frozenset((total + current,)), (begin, last), text[begin:last])
