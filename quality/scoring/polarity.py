"""Polarity labels as people and models write them, read as one of three words."""

from __future__ import annotations

import re
from typing import Any

from ...core.records.aspect import Polarity

POLARITIES: tuple[Polarity, ...] = ("positive", "negative", "neutral")
SWAPPED: dict[Polarity, Polarity] = {"positive": "negative", "negative": "positive", "neutral": "neutral"}
"""The polarity of the opposite opinion."""
_SHORT: dict[str, Polarity] = {"pos": "positive", "neg": "negative", "neu": "neutral", "neut": "neutral"}
_AROUND = re.compile(r"^\W+|\W+$")


def read_polarity(value: Any) -> Polarity | None:
    """The polarity that a cell or an answer names; None if it names none.

    Case, blanks and punctuation around the word do not matter; `pos`, `neg` and `neu` are understood. Numbers are
    not: which of them means what differs from one data set to the next.
    """
    if not isinstance(value, str):
        return None
    word = _AROUND.sub("", value.casefold())
    for polarity in POLARITIES:
        if word == polarity:
            return polarity
    return _SHORT.get(word)
