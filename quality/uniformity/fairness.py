"""Whether a reference is of the data's domain: if not, what differs may be the topic, not the uniformity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..patterns.tokens import Vocabulary, cut, is_word, token_number

if TYPE_CHECKING:
    import numpy as np

Verdict = Literal["fair", "doubtful", "unfair", "unknown"]
DOUBTFUL = 0.1
UNFAIR = 0.25
"""Distances beyond that of the reference's own halves. Measured: two halves of one human set .00, sets of instructions
of other styles .1 to .2, role play .24, chat against instructions .28, worked sums .35 and more."""
_FEWEST = 20
_MOST = 1500
_TYPICAL = 3


@dataclass(frozen=True, slots=True)
class Fairness:
    """How far the reference is from the data."""

    verdict: Verdict
    field: str
    """The field it was judged by: what is asked, if both have it, since answers may be far because they are uniform."""
    distance: float | None
    """Jensen-Shannon divergence (bits, 0 to 1) of the words of data and reference, by rows."""
    halves: float | None
    """The same of two halves of the reference, of as many rows."""
    typical: tuple[str, ...] = ()
    """Words that the data has and the reference hardly has."""
    missing: tuple[str, ...] = ()
    """Words that the reference has and the data hardly has."""
    against: str = "the reference"
    """What the reference is called."""

    @property
    def words(self) -> str:
        """The verdict, for people."""
        name = self.against
        if self.verdict == "unknown":
            field = self.field or "a common field"
            return f"Too few rows have {field} to tell whether {name} is of the same domain."
        far = f"distance {self.distance:.2f} in {self.field}; two halves of {name}: {self.halves:.2f}"
        if self.verdict == "fair":
            return f"{name[0].upper()}{name[1:]} is of the same domain ({far})."
        typical = f"Typical of the data: {', '.join(self.typical)}" if self.typical else ""
        if self.verdict == "doubtful":
            return (
                f"{name[0].upper()}{name[1:]} differs in what it is about ({far}). Read differences as those of domain "
                f"and style, too. {typical}{'.' if typical else ''}"
            ).rstrip()
        missing = f"; of {name}: {', '.join(self.missing)}" if self.missing else ""
        return (
            f"NOT A FAIR COMPARISON: {name} is of another domain or language ({far}). Patterns and differences below "
            f"tell of the topic as much as of uniformity: take human rows of the same domain as the reference. "
            f"{typical}{missing}{'.' if typical or missing else ''}"
        ).rstrip()


def fairness(data: Sequence[str], reference: Sequence[str], field: str, seed: int = 0) -> Fairness:
    """Compare the words of two sets with those of two halves of the reference, at equal numbers of rows.

    Args:
        data: texts of the data.
        reference: texts of the reference.
        field: their name.
        seed: of what is drawn.
    """
    import numpy as np

    size = min(len(data), len(reference) // 2, _MOST)
    if size < _FEWEST:
        return Fairness("unknown", field, None, None)
    generator = np.random.default_rng(seed)
    vocabulary = Vocabulary()
    mine = [set(vocabulary.numbers(data[n])) for n in generator.permutation(len(data))[:size]]
    order = generator.permutation(len(reference))
    half, other = (
        [set(vocabulary.numbers(reference[n])) for n in part] for part in (order[:size], order[size : 2 * size])
    )
    distance = (_divergence(mine, half) + _divergence(mine, other)) / 2
    halves = _divergence(half, other)
    beyond = distance - halves
    verdict: Verdict = "unfair" if beyond >= UNFAIR else "doubtful" if beyond >= DOUBTFUL else "fair"
    typical, missing = _apart(mine, half, data), _apart(half, mine, reference)
    return Fairness(verdict, field, round(distance, 4), round(halves, 4), typical, missing)


def _shares(rows: Sequence[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    number, times = np.unique(np.array([n for row in rows for n in row], dtype=np.uint64), return_counts=True)
    return number, times / max(times.sum(), 1)


def _divergence(a: Sequence[set[int]], b: Sequence[set[int]]) -> float:
    import numpy as np

    (a_numbers, a_shares), (b_numbers, b_shares) = _shares(a), _shares(b)
    every = np.union1d(a_numbers, b_numbers)
    p, q = np.zeros(len(every)), np.zeros(len(every))
    p[np.searchsorted(every, a_numbers)] = a_shares
    q[np.searchsorted(every, b_numbers)] = b_shares
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log2(p / middle), 0).sum()
        right = np.where(q > 0, q * np.log2(q / middle), 0).sum()
    return float((left + right) / 2)


def _apart(a: Sequence[set[int]], b: Sequence[set[int]], texts: Sequence[str], most: int = 6) -> tuple[str, ...]:
    """Words that rows of `a` have much more often than rows of `b`; `texts`: where the words are read from."""
    mine, theirs = Counter(n for row in a for n in row), Counter(n for row in b for n in row)
    words = {token.text for text in texts[:_MOST] for token in cut(text) if is_word(token.text)}
    numbers = {word: token_number(word) for word in words}
    ahead = {word: mine[n] / len(a) - theirs[n] / len(b) for word, n in numbers.items() if mine[n] >= _TYPICAL}
    return tuple(sorted(ahead, key=lambda word: (-ahead[word], word))[:most])
