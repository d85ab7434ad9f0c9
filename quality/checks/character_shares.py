"""Statistics of characters: which share of a text is letters, digits, punctuation ...

The bars are set where ordinary answers end: tables, formulas and code lie beyond them, and so does noise. They find
what is unusual, not what is wrong: use gate `review` or `flag`, or set the bar by your own data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..batch import Texts
from ..characters import (
    DIGIT,
    LETTER,
    LOWER,
    NEWLINE,
    OTHER,
    PUNCTUATION,
    SPACE,
    SYMBOL,
    UNSPACED_LETTER,
    UPPER,
    WIDE_PUNCTUATION,
)
from ..check import Bar
from ..statistic import Statistic, StatisticOptions, share

if TYPE_CHECKING:
    import numpy as np

_LETTERS = (LOWER, UPPER, LETTER, UNSPACED_LETTER)
_BLANK = (SPACE, NEWLINE)


def _characters(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return texts.counts.characters


def _alphanumeric(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.of(*_LETTERS, DIGIT), texts.counts.characters)


def _special(texts: Texts, options: StatisticOptions) -> np.ndarray:
    special = texts.counts.of(PUNCTUATION, WIDE_PUNCTUATION, SYMBOL, OTHER)
    return share(special, texts.counts.characters - texts.counts.of(*_BLANK))


def _digits(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.of(DIGIT), texts.counts.characters - texts.counts.of(*_BLANK))


def _uppercase(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.of(UPPER), texts.counts.of(LOWER, UPPER))


def _blank(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.of(*_BLANK), texts.counts.characters)


def _non_ascii(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.non_ascii, texts.counts.characters)


CHARACTERS = Statistic(
    "text.characters",
    "too_many_characters",
    Bar(100_000, "above"),
    _characters,
    "number of characters",
)
ALPHANUMERIC = Statistic(
    "text.alphanumeric_ratio",
    "few_letters",
    Bar(0.25, "below"),
    _alphanumeric,
    "letters and digits / characters",
    min_words=5,
)
SPECIAL = Statistic(
    "text.special_character_ratio",
    "many_special_characters",
    Bar(0.6, "above"),
    _special,
    "punctuation, symbols and controls / characters that are no white space",
    min_words=5,
)
DIGITS = Statistic(
    "text.digit_ratio",
    "many_digits",
    Bar(0.7, "above"),
    _digits,
    "digits / characters that are no white space",
    min_words=5,
)
UPPERCASE = Statistic(
    "text.uppercase_ratio",
    "many_capitals",
    Bar(0.8, "above"),
    _uppercase,
    "capitals / letters that have a case",
    min_words=5,
)
WHITE_SPACE = Statistic(
    "text.white_space_ratio",
    "much_white_space",
    Bar(0.6, "above"),
    _blank,
    "white space / characters",
    min_words=5,
)
NON_ASCII = Statistic(
    "text.non_ascii_ratio",
    "beyond_ascii",
    Bar(1.0, "above"),
    _non_ascii,
    "characters beyond ASCII / characters",
)
