"""Statistics of words: how many, how long, how varied, and which share are function words or words of a list."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field

from ..batch import Texts
from ..characters import NEWLINE, SPACE, UNSPACED_LETTER, WIDE_PUNCTUATION
from ..check import Bar
from ..function_words import FUNCTION_WORDS, UNSPACED_LANGUAGES
from ..statistic import Statistic, StatisticOptions, share
from ..word_hashes import HashSet, distinct_share, hash_words, n_grams, repeated_share

if TYPE_CHECKING:
    import numpy as np

_SURE = 0.2
"""Share of English function words from which on no other language is tried."""


def _words(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return texts.counts.words


def _mean_word(texts: Texts, options: StatisticOptions) -> np.ndarray:
    # Characters of scripts without spaces are words of one letter: they would say nothing of the others' length.
    unspaced = texts.counts.of(UNSPACED_LETTER)
    apart = texts.counts.of(UNSPACED_LETTER, WIDE_PUNCTUATION, SPACE, NEWLINE)
    return share(texts.counts.characters - apart, texts.counts.words - unspaced)


def _distinct(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return distinct_share(texts.words.owners, texts.words.hashes, len(texts))


class RepetitionOptions(StatisticOptions):
    """Options of text.word_repetition."""

    n: int = Field(default=5, ge=1, le=100)
    """Words of a run."""


def _repeated(texts: Texts, options: RepetitionOptions) -> np.ndarray:
    import numpy as np

    shares = repeated_share(*n_grams(texts.words.owners, texts.words.hashes, options.n), len(texts))
    return np.where(np.isnan(shares), 0.0, shares)


class FunctionWordOptions(StatisticOptions):
    """Options of text.function_word_ratio."""

    languages: tuple[str, ...] = Field(default=tuple(FUNCTION_WORDS), min_length=1)
    """ISO 639-1 codes of the languages that are tried; the share in the best of them counts."""


def _function_words(texts: Texts, options: FunctionWordOptions) -> np.ndarray:
    import numpy as np

    best = np.zeros(len(texts))
    words = np.maximum(texts.counts.words, 1)
    left = np.arange(len(texts))
    for language in options.languages:
        best[left] = np.maximum(best[left], _function_words_of(texts, language, left) / words[left])
        left = left[best[left] < _SURE]
        if not len(left):
            break
    return np.minimum(best, 1.0)


def _function_words_of(texts: Texts, language: str, asked: np.ndarray) -> np.ndarray:
    """How many function words of a language each of the texts asked about has."""
    import numpy as np

    if language in UNSPACED_LANGUAGES:
        characters = f"[{''.join(sorted(FUNCTION_WORDS[language]))}]"
        return texts.lowered.gather(asked).str.count_matches(characters).to_numpy().astype(np.int64)
    counted = np.bincount(texts.words.owners[_hashes_of(language).hold(texts.words.hashes)], minlength=len(texts))
    asked_only: np.ndarray = counted[asked]
    return asked_only


@cache
def _hashes_of(language: str) -> HashSet:
    return HashSet(hash_words(sorted(FUNCTION_WORDS[language])).hashes)


class WordListOptions(StatisticOptions):
    """Options of text.flagged_word_ratio."""

    words: tuple[str, ...] = Field(min_length=1)
    """Your words or phrases; case does not count. There is no list of ours."""


def _flagged(texts: Texts, options: WordListOptions) -> np.ndarray:
    import numpy as np

    listed = "|".join(re.escape(word.lower()) for word in sorted(options.words, key=len, reverse=True))
    counted = texts.lowered.str.count_matches(rf"(?:^|\b)(?:{listed})(?:\b|$)").to_numpy()
    return share(counted.astype(np.int64), np.maximum(texts.counts.words, 1))


WORDS = Statistic(
    "text.words",
    "too_many_words",
    Bar(10_000, "above"),
    _words,
    "number of words; in scripts without spaces every character counts",
)
MEAN_WORD = Statistic(
    "text.mean_word_length",
    "long_words",
    Bar(20.0, "above"),
    _mean_word,
    "characters / words, punctuation included",
    min_words=5,
)
DISTINCT_WORDS = Statistic(
    "text.distinct_word_ratio",
    "few_different_words",
    Bar(0.15, "below"),
    _distinct,
    "different words / words; it falls with length, see text.lexical_diversity",
    min_words=20,
)
WORD_REPETITION = Statistic(
    "text.word_repetition",
    "repeated_words",
    Bar(0.6, "above"),
    _repeated,
    "runs of n words that occur more than once / runs of n words",
    min_words=20,
    Options=RepetitionOptions,
)
FUNCTION_WORD_RATIO = Statistic(
    "text.function_word_ratio",
    "few_function_words",
    Bar(0.02, "below"),
    _function_words,
    "function words (the, of, and ...) / words, in the language that has most of them",
    min_words=30,
    Options=FunctionWordOptions,
)
FLAGGED_WORDS = Statistic(
    "text.flagged_word_ratio",
    "flagged_words",
    Bar(0.0, "above"),
    _flagged,
    "words and phrases of a list of yours / words",
    Options=WordListOptions,
)
