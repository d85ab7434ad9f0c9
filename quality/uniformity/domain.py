"""Whether counts of a human set may stand for a reference: whether the data is of that set's language and domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..patterns import Rows, Usage, human_usage
from ..patterns.draw import draw, opened
from ..patterns.encode import Encoded, encode
from ..patterns.features import grams, masked
from ..patterns.fields import INSTRUCTIONS, KNOWN, RESPONSES, parts
from ..patterns.tokens import Vocabulary, cut, is_word, token_number
from ..patterns.usage import WORDS, FieldUsage, key_of
from .fairness import Fairness, Verdict

if TYPE_CHECKING:
    import numpy as np

COUNTED = "the human set that was counted"
DOUBTFUL = 0.1
UNFAIR = 0.4
"""Distances beyond that of people of the same set. Measured: such people .00, other sets of English instructions .15 to
.26, role play .26, German .7, sums .65, Chinese 1."""
_FEWEST = 20
_MOST = 1500
_TYPICAL = 6
_COVERED = 0.5
"""Share of the data's words that the counts know, below which it is of another language. English: .67 and more."""
_ALIKE = {
    "asked": ((20, 0.33), (50, 0.225), (100, 0.158), (250, 0.088), (500, 0.05), (1000, 0.027), (1500, 0.017)),
    "answered": ((20, 0.432), (50, 0.307), (100, 0.211), (250, 0.11), (500, 0.061), (1000, 0.032), (1500, 0.022)),
}
"""Rows -> distance of so many rows of the human set from the rest of it: fewer rows are farther by chance."""


def domain_fairness(texts: Sequence[str], field: str, counts: Usage, seed: int = 0) -> Fairness:
    """How far texts are from the human set that was counted, by the words that the counts know.

    The Jensen-Shannon divergence (bits) of the words of both, by rows that have them, beside what it is for as many
    rows of the human set itself.

    Args:
        texts: of one field of the data, one a row.
        field: the field.
        counts: the counts.
        seed: of what is drawn.
    """
    import numpy as np

    usage = counts.field(field)
    if usage is None or len(texts) < _FEWEST:
        return Fairness("unknown", field, None, None, against=COUNTED)
    drawn = np.random.default_rng(seed).permutation(len(texts))[:_MOST]
    chosen = [texts[at] for at in drawn.tolist()]
    number, times = _words(chosen)
    distance = _distance(number, times, usage)
    alike = _alike(len(chosen), "asked" if field in INSTRUCTIONS else "answered")
    beyond = distance - alike
    verdict: Verdict = "unfair" if beyond >= UNFAIR else "doubtful" if beyond >= DOUBTFUL else "fair"
    typical = _typical(chosen, dict(zip(number.tolist(), times.tolist(), strict=True)), usage)
    return Fairness(verdict, field, round(distance, 4), round(alike, 4), typical, against=COUNTED)


def standing_usage(rows: Rows, fields: Sequence[str] = (), seed: int = 0) -> tuple[Usage | None, Fairness]:
    """The counts that come with the package if they may stand for a reference of some rows, and why (not).

    Args:
        rows: the data.
        fields: its columns; none: those of the known names.
        seed: of what is drawn.
    """
    counts = human_usage()
    texts: dict[str, list[str]] = {}
    for row in draw(opened(rows, "rows"), _MOST, seed, fields or KNOWN):
        for part in parts(row, fields or KNOWN):
            texts.setdefault(part.field, []).append(part.text)
    found = Fairness("unknown", "", None, None, against=COUNTED)
    for name in (*INSTRUCTIONS, *RESPONSES):
        if name in texts:
            found = domain_fairness(texts[name], name, counts, seed)
            if found.verdict != "unknown":
                break
    return (None if found.verdict in ("unfair", "unknown") else counts), found


def _words(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the words of some texts, and how many texts have each."""
    import numpy as np

    encoded = encode(texts, range(len(texts)), Vocabulary())
    found = grams(encoded, WORDS, masked(encoded, "", np.zeros(0, dtype=np.uint64)))
    pairs = np.unique(np.stack([found.number, found.row.astype(np.uint64)]), axis=1)
    number, times = np.unique(pairs[0], return_counts=True)
    return number, times


def _distance(number: np.ndarray, times: np.ndarray, usage: FieldUsage) -> float:
    import numpy as np

    held = usage.counts[key_of(WORDS)].astype(float)
    known = usage.known(WORDS, number) > 0
    covered = float(times[known].sum()) / max(float(times.sum()), 1.0)
    if covered < _COVERED:
        # Of the few words that another language shares with this one, the shares say little.
        return 1.0 - covered
    places = np.searchsorted(usage.numbers[key_of(WORDS)], (number[known] >> np.uint64(32)).astype(np.uint32))
    mine = np.zeros(len(held))
    mine[places] = times[known]
    p, q = mine / mine.sum(), held / held.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log2(p / middle), 0).sum()
        right = np.where(q > 0, q * np.log2(q / middle), 0).sum()
    return float((left + right) / 2)


def _alike(rows: int, kind: str) -> float:
    """The distance of so many rows of the human set, between the sizes that were measured."""
    from math import log

    for (fewer, far), (more, near) in pairwise(_ALIKE[kind]):
        if fewer <= rows <= more:
            return far + (near - far) * log(rows / fewer) / log(more / fewer)
    return _ALIKE[kind][-1][1]


def _typical(texts: Sequence[str], times: dict[int, int], usage: FieldUsage) -> tuple[str, ...]:
    """Words that the data has much more often."""
    import numpy as np

    words = sorted({token.text for text in texts for token in cut(text) if is_word(token.text)})
    if not words:
        return ()
    numbers = _gram_numbers(words)
    theirs = usage.known(WORDS, numbers) / usage.rows
    mine = np.array([times.get(n, 0) for n in numbers.tolist()]) / len(texts)
    order = np.argsort(theirs - mine, kind="stable")
    return tuple(words[at] for at in order[:_TYPICAL].tolist() if mine[at] * len(texts) >= 3)


def _gram_numbers(words: Sequence[str]) -> np.ndarray:
    """The numbers of words as n-grams of one token."""
    import numpy as np

    tokens = np.array([token_number(word) for word in words], dtype=np.uint64)
    encoded = Encoded(tokens, np.arange(len(words) + 1), np.arange(len(words)))
    return grams(encoded, WORDS, masked(encoded, "", np.zeros(0, dtype=np.uint64))).number
