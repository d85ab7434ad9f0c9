"""How varied the words of a text are, whatever its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from ..batch import Texts
from ..check import Bar
from ..statistic import Statistic, StatisticOptions

if TYPE_CHECKING:
    import numpy as np

_READ = 20_000
"""Words of a text that are read."""


class DiversityOptions(StatisticOptions):
    """Options of text.lexical_diversity."""

    threshold: float = Field(default=0.72, gt=0.0, lt=1.0)
    """Ratio of different words to words at which a factor is full."""


def _mtld(texts: Texts, options: DiversityOptions) -> np.ndarray:
    import numpy as np

    least = options.min_words if options.min_words is not None else LEXICAL_DIVERSITY.min_words
    starts = np.searchsorted(texts.words.owners, np.arange(len(texts) + 1))
    words = texts.words.hashes.tolist()
    measured = np.full(len(texts), np.nan)
    for at in range(len(texts)):
        own = words[starts[at] : min(starts[at + 1], starts[at] + _READ)]
        if own and len(own) >= least:
            both = _factors(own, options.threshold) + _factors(own[::-1], options.threshold)
            measured[at] = 2 * len(own) / both if both else len(own)
    return measured


def _factors(words: Sequence[int], threshold: float) -> float:
    """How many times the words use up their variety, counted from the left; the rest counts in part."""
    factors, count = 0.0, 0
    seen: set[int] = set()
    add = seen.add
    for word in words:
        count += 1
        add(word)
        if len(seen) < threshold * count:
            factors += 1
            count = 0
            seen.clear()
    if count:
        factors += (1 - len(seen) / count) / (1 - threshold)
    return factors


LEXICAL_DIVERSITY = Statistic(
    "text.lexical_diversity",
    "little_variety",
    Bar(8.0, "below"),
    _mtld,
    "MTLD (McCarthy and Jarvis 2010): mean length of runs of words before their variety is used up; costs about 15 "
    "microseconds a row",
    min_words=50,
    Options=DiversityOptions,
)
