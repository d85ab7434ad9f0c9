"""Characters that repeat: how much of a text occurs more than once in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from ..batch import Texts
from ..characters import AT_ONCE, code_points, in_pieces
from ..check import Bar
from ..statistic import Statistic, StatisticOptions
from ..word_hashes import READ, repeated_share, runs_of

if TYPE_CHECKING:
    import numpy as np


class CharacterRepetitionOptions(StatisticOptions):
    """Options of text.character_repetition."""

    n: int = Field(default=10, ge=2, le=200)
    """Characters of a run."""


def _repeated(texts: Texts, options: CharacterRepetitionOptions) -> np.ndarray:
    import numpy as np

    shares = np.full(len(texts), np.nan)
    for owners, pieces in in_pieces([text[:READ] for text in texts.texts], AT_ONCE, READ):
        codes, starts = code_points(pieces)
        ends = np.append(starts[1:], len(codes)) - 1
        grams = runs_of(codes.astype(np.uint64), options.n)
        within = np.ones(len(codes), bool)
        # What begins closer to an end than its length runs into the next text.
        within[np.maximum(ends[:, None] - np.arange(options.n), 0)] = False
        places = np.repeat(np.arange(len(pieces)), np.maximum(ends - starts - options.n + 1, 0))
        measured = repeated_share(places, grams[within[: len(grams)]], len(pieces))
        shares[owners] = np.where(np.isnan(measured), 0.0, measured)
    return shares


CHARACTER_REPETITION = Statistic(
    "text.character_repetition",
    "repeated_characters",
    Bar(0.8, "above"),
    _repeated,
    "runs of n characters that occur more than once / runs of n characters; works in every script",
    min_words=10,
    Options=CharacterRepetitionOptions,
)
