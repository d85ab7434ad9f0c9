"""Numbers: two rows in which they differ are not the same row, however alike the rest is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from ..words import normalise

# A number with what belongs to it: the sign of a sum before it, or a minus; the percent sign after it.
_NUMBER = re.compile(r"(?:(?<=\d)\s?[-+*/=<>^×÷]\s?|(?<!\w)-)?\d+(?:[.,:]\d+)*%?")
_DIGITS = re.compile(r"\d+")


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text in their order, each with the sign of a sum that stands before it.

    Dashes of all kinds are one: "1990–95" and "1990-95" have the same numbers, "8 - 3" and "8 + 3" have not.
    """
    if not _DIGITS.search(text):
        return ()
    flat = normalise(text)
    if not flat.isascii():
        flat = flat.translate(_dashes())
    return tuple("".join(found.split()) for found in _NUMBER.findall(flat))


def same_numbers(one: str, other: str) -> bool:
    """Whether no number of one text became another number in the other.

    One text may lack some numbers of the other, as after an edit, but what both have is the same in the same order.
    A text from which all punctuation was taken ("3.5" became "35") is compared with the other without its own.
    """
    a, b = numbers(one), numbers(other)
    if _part_of(a, b) or _part_of(b, a):
        return True
    for bare, full in ((one, other), (other, one)):
        if not _marks(bare) and _marks(_NUMBER.sub("", normalise(full))):
            a, b = _digits(bare), _digits(full)
            return _part_of(a, b) or _part_of(b, a)
    return False


def _part_of(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return len(few) <= len(many) and all(number in rest for number in few)


def _digits(text: str) -> tuple[str, ...]:
    kept = (mark for mark in normalise(text) if unicodedata.category(mark)[0] not in "PS")
    return tuple(_DIGITS.findall("".join(kept)))


def _marks(text: str) -> bool:
    return any(unicodedata.category(mark)[0] in "PS" for mark in text)


@cache
def _dashes() -> dict[int, str]:
    return dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
