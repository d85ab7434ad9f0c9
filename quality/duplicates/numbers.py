"""Numbers: two rows in which they differ are not the same row, however alike the rest is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..words import normalise

# A number with what belongs to it: the sign of a sum before it, or a minus; the percent sign after it.
_NUMBER = re.compile(r"(?:(?<=\d)\s?[-+*/=<>^×÷]\s?|(?<!\w)-)?\d+(?:[.,:]\d+)*%?")
_DIGITS = re.compile(r"\d+")
# ASCII punctuation and symbols, and the marks of Chinese and Japanese.
_MARKS = re.compile(r"[!-/:-@\[-`{-~\u3001\u3002\uff01-\uff0f\uff1a-\uff20]")


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text in their order, each with the sign of a sum that stands before it.

    Dashes of all kinds are one: "1990–95" and "1990-95" have the same numbers, "8 - 3" and "8 + 3" have not.
    """
    if not _DIGITS.search(text):
        return ()
    flat = " ".join(normalise(text).split())
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
        if not is_marked(bare) and is_marked(_NUMBER.sub("", normalise(full))):
            a, b = _digits(bare), _digits(full)
            return _part_of(a, b) or _part_of(b, a)
    return False


def is_marked(text: str) -> bool:
    """Whether there is a mark on a keyboard in it: if not, and if there is in a copy, someone took them all out."""
    return _MARKS.search(text) is not None


def _part_of(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return len(few) <= len(many) and all(number in rest for number in few)


def _digits(text: str) -> tuple[str, ...]:
    return tuple(_DIGITS.findall(_MARKS.sub("", normalise(text))))


@cache
def _dashes() -> dict[int, str]:
    return dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
