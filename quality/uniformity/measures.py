"""Measures of uniformity: each a number of some texts of a set, always of as many on both sides of a comparison."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .texts import Texts

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of each part is measured, the same for the data and the reference."""

    rows: int
    """Texts in a part."""
    tokens: int
    """For distinct n-grams."""
    characters: int
    """For compression, in bytes."""
    skeleton: int
    """For compression of skeletons, in bytes."""
    similar: int
    """Texts for similarities."""


@dataclass(frozen=True)
class Side:
    """One set, ready to be measured."""

    texts: Texts
    vectors: np.ndarray
    """(n, d) of unit length: how alike two texts are is their product."""


_FEWEST_SIMILAR = 20
Compute = Callable[[Side, "np.ndarray", Budget], float | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """One of them."""

    name: str
    uniform: Literal["up", "down"] | None
    """Where it goes as a set becomes more uniform; None: it tells of format, and either way may be meant."""
    says: str
    """What it means, in one line."""
    compute: Compute
    pairs: int = 1000
    """Pairs of parts it is taken of at most."""


def _entropy(numbers: np.ndarray) -> float:
    import numpy as np

    _, counts = np.unique(numbers, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _top(numbers: np.ndarray, most: int = 10) -> float:
    import numpy as np

    _, counts = np.unique(numbers, return_counts=True)
    return float(np.sort(counts)[::-1][:most].sum() / counts.sum())


def _compression(parts: Sequence[bytes], part: np.ndarray, size: int) -> float | None:
    if size < 500:
        return None
    held = bytearray()
    for n in part:
        held += parts[n]
        held += b"\n\n"
        if len(held) >= size:
            break
    cut = bytes(held[:size])
    return len(cut) / len(zlib.compress(cut, 6))


def _gathered(values: np.ndarray, bounds: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values of some texts, one after the other, and which of them each is of."""
    import numpy as np

    sizes = bounds[part + 1] - bounds[part]
    owner = np.repeat(np.arange(len(part)), sizes)
    starts = np.repeat(bounds[part] - (np.cumsum(sizes) - sizes), sizes)
    return values[starts + np.arange(len(owner))], owner


def _distinct(side: Side, part: np.ndarray, budget: Budget, size: int) -> float | None:
    import numpy as np

    if budget.tokens < 100:
        return None
    values, _ = _gathered(*side.texts.grams(size), part)
    values = values[: budget.tokens]
    return float(len(np.unique(values)) / len(values)) if len(values) else None


def self_repetition(side: Side, part: np.ndarray, budget: Budget) -> float:
    """Share of the 4-grams of all texts that another text of the part has, each counted once a text.

    After Salkar et al. 2022, who sum what is repeated in each text; a share does not grow with the length of the
    texts. Every 4-gram is looked up once: the cost is linear.
    """
    import numpy as np

    values, owner = _gathered(*side.texts.grams(4), part)
    order = np.lexsort((owner, values))
    values, owner = values[order], owner[order]
    if not len(values):
        return 0.0
    values = values[np.r_[True, (values[1:] != values[:-1]) | (owner[1:] != owner[:-1])]]
    _, texts = np.unique(values, return_counts=True)
    return float(texts[texts > 1].sum() / len(values))


def _vendi(side: Side, part: np.ndarray, budget: Budget) -> float | None:
    import numpy as np

    drawn = part[: budget.similar]
    if len(drawn) < _FEWEST_SIMILAR:
        return None
    vectors = side.vectors[drawn]
    values = np.linalg.eigvalsh((vectors @ vectors.T).astype(np.float64) / len(drawn))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def _mean_similarity(side: Side, part: np.ndarray, budget: Budget) -> float | None:
    size = len(part)
    if size < _FEWEST_SIMILAR:
        return None
    total = side.vectors[part].sum(axis=0)
    own = float((side.vectors[part] ** 2).sum())
    return (float(total @ total) - own) / (size * (size - 1))


def _length_spread(side: Side, part: np.ndarray, budget: Budget) -> float:
    import numpy as np

    return float(np.log1p(side.texts.words[part]).std())


def _pairs(side: Side, part: np.ndarray, budget: Budget) -> float | None:
    import numpy as np

    found = side.texts.pairs[part]
    return _top(found[found > 0]) if np.count_nonzero(found) >= 20 else None


def _commonest_format(side: Side, part: np.ndarray, budget: Budget) -> float:
    formats = side.texts.formats
    lines = side.texts.lines[part]
    return _top(formats["lists"][part] * 1 + formats["markdown"][part] * 2 + formats["end"][part] * 4 + lines * 8, 1)


def _share(name: str) -> Compute:
    return lambda side, part, budget: float(side.texts.formats[name][part].mean())


MEASURES = (
    Measure(
        "first_word_entropy",
        "down",
        "how unpredictable the first word is, in bits",
        lambda side, part, budget: _entropy(side.texts.edges["opening", 1][part]),
    ),
    Measure(
        "opening_entropy",
        "down",
        "how unpredictable the first three words are, in bits",
        lambda side, part, budget: _entropy(side.texts.edges["opening", 3][part]),
    ),
    Measure(
        "ten_openings",
        "up",
        "share of texts that open with one of the ten commonest three words",
        lambda side, part, budget: _top(side.texts.edges["opening", 3][part]),
    ),
    Measure(
        "ten_closings",
        "up",
        "share of texts that end with one of the ten commonest three words",
        lambda side, part, budget: _top(side.texts.edges["closing", 3][part]),
    ),
    Measure("self_repetition", "up", "share of four-word sequences that another text has, too", self_repetition),
    Measure(
        "gzip_ratio",
        "up",
        "how many times smaller the texts become when compressed",
        lambda side, part, budget: _compression(side.texts.raw, part, budget.characters),
    ),
    Measure(
        "skeleton_ratio",
        "up",
        "the same, with everything but function words and marks hidden",
        lambda side, part, budget: _compression(side.texts.skeletons, part, budget.skeleton),
    ),
    Measure(
        "distinct_1", "down", "share of words that differ", lambda side, part, budget: _distinct(side, part, budget, 1)
    ),
    Measure(
        "distinct_2",
        "down",
        "share of two-word sequences that differ",
        lambda side, part, budget: _distinct(side, part, budget, 2),
    ),
    Measure(
        "distinct_3",
        "down",
        "share of three-word sequences that differ",
        lambda side, part, budget: _distinct(side, part, budget, 3),
    ),
    Measure("length_spread", "down", "standard deviation of the logarithm of the number of words", _length_spread),
    Measure("lists", None, "share of texts with a list", _share("lists")),
    Measure("markdown", None, "share of texts with markdown", _share("markdown")),
    Measure("end_punctuation", "up", "share of texts that end with a full stop or the like", _share("end")),
    Measure("commonest_format", "up", "share of texts in the commonest format", _commonest_format),
    Measure("vendi_score", "down", "effective number of different texts (Friedman and Dieng 2023)", _vendi, 6),
    Measure("mean_similarity", "up", "mean similarity of two texts by their words", _mean_similarity),
    Measure("ten_verb_noun_pairs", "up", "share of the ten commonest first verbs with their nouns", _pairs),
)
"""All measures. None of them alone makes a set uniform."""
