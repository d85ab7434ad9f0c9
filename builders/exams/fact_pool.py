"""Wrong options by code: facts of other rows, of the same kind and about the same length, not to be found in the row.

Those of rows on the same subject are drawn first, else the subject alone would tell which option is right. Nothing
rules out that such a fact happens to be right as well; the judge of the profile standard would see it, here nobody
does.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from ...core.records.exam import ExaminedRow
from ..instructions.grounding import akin, content_words
from .drafts import folded
from .facts import NUMBER_WORDS, Fact, read_statement, statements_of

POOLED_ROWS = 5_000
"""Rows, from the first on, whose facts wrong options are drawn from."""
POOLED_FACTS = 3_000
"""Facts of one kind that are kept."""
_NEAREST_ROWS = 8
"""Facts, of the rows that share most with this one, that wrong options are drawn from first."""
_NEAREST = 24
"""Numbers, those of like size first, that wrong ones are drawn from."""
_COUNTED = frozenset({"year", "number"})
_TOO_FAR = 1.5
"""Orders of magnitude from which on a number is no wrong option: anybody can tell."""
_LENGTHS = 0.5
"""Phrases may be shorter or longer by so much, else their length would tell which is right."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A fact of some row, ready to be compared."""

    text: str
    """Without its unit."""
    folded: str
    words: tuple[str, ...]
    about: frozenset[str]
    """Content words of its row."""

    @classmethod
    def of(cls, text: str, about: frozenset[str] = frozenset()) -> Pooled:
        """A text with what comparing takes."""
        return cls(text, folded(text), tuple(content_words(text)), about)


class FactPool:
    """Facts of many rows by kind, each with the words it stood among."""

    def __init__(self) -> None:
        """Begin empty."""
        self._by_kind: dict[str, dict[str, Pooled]] = defaultdict(dict)
        self._rows_with: Counter[str] = Counter()

    def add(self, fact: Fact, about: frozenset[str]) -> None:
        """Take a fact; of equal ones the first counts.

        Args:
            fact: the fact.
            about: content words of its row.
        """
        facts, text = self._by_kind[fact.kind], _bare(fact)
        if len(facts) < POOLED_FACTS and text not in facts:
            facts[text] = Pooled.of(text, about)

    def seen(self, about: frozenset[str]) -> None:
        """Note a row's words: the rarer a word, the more it tells of the subject."""
        self._rows_with.update(about)

    def like(self, fact: Fact, row: str, random: Random, count: int = 3) -> list[str] | None:
        """Wrong options for a fact, drawn from those most like it; None where there are too few.

        Names and terms are drawn from the rows that share most with this one, so that the subject does not tell which
        is right; where no row shares anything, from any. Phrases of another number of words are taken where there are
        too few of the same; numbers and years are made from the right one where other rows have too few.

        Args:
            fact: the right option.
            row: all texts of its row: what stands there is no wrong option, it may be right as well.
            random: the generator of this question alone.
            count: how many.
        """
        own, inside = Pooled.of(_bare(fact)), f" {folded(row)} "
        made = [Pooled.of(text) for text in _made_like(fact.kind, own.text)]
        drawn: list[Pooled] = []
        for facts in (*(self._by_kind.get(kind, {}).values() for kind in _kinds_like(fact.kind)), made):
            fit = [one for one in facts if f" {one.folded} " not in inside and _apart(one, own)]
            near = _near_numbers(own.text, fit, random) if fact.kind in _COUNTED else self._near(own, fit, row, random)
            for one in near:
                if all(_apart(one, other) for other in drawn):
                    drawn.append(one)
                if len(drawn) == count:
                    return [f"{one.text} {fact.unit}" if fact.unit else one.text for one in drawn]
        return None

    def _near(self, own: Pooled, fit: Sequence[Pooled], row: str, random: Random) -> list[Pooled]:
        """Those of like length, shuffled, those first whose rows share most with the row."""
        long = [one for one in fit if abs(len(one.text) - len(own.text)) <= max(3, _LENGTHS * len(own.text))]
        random.shuffle(long)
        weights = {word: 1 / self._rows_with[word] for word in set(content_words(row)) if word in self._rows_with}
        shared = [(sum(weights[word] for word in one.about & weights.keys()), one) for one in long]
        shared.sort(key=lambda pair: -pair[0])
        near = [one for weight, one in shared[:_NEAREST_ROWS] if weight > 0]
        random.shuffle(near)
        return [*near, *(one for _, one in shared[len(near) :])]


def _bare(fact: Fact) -> str:
    return fact.text.removesuffix(fact.unit).strip() if fact.unit else fact.text


def _apart(one: Pooled, other: Pooled) -> bool:
    """Whether two texts may stand beside each other as options: neither says what the other says."""
    if f" {one.folded} " in f" {other.folded} " or f" {other.folded} " in f" {one.folded} ":
        return False
    if one.text[:1].isdigit():
        return True
    return not any(akin(a, b) for a in one.words for b in other.words)


def _near_numbers(own: str, fit: Sequence[Pooled], random: Random) -> list[Pooled]:
    """Numbers of like size, shuffled."""
    near = sorted(fit, key=lambda one: (_distance(own, one.text), one.text))[:_NEAREST]
    near = [one for one in near if _distance(own, one.text) < _TOO_FAR]
    random.shuffle(near)
    return near


def _kinds_like(kind: str) -> list[str]:
    """The kind itself, then that of one word less and of one word more."""
    base, _, size = kind.rpartition(":")
    if not base:
        return [kind]
    return [kind, *(f"{base}:{other}" for other in (int(size) - 1, int(size) + 1) if 1 <= other <= 3)]


def _made_like(kind: str, own: str) -> list[str]:
    """Numbers near one, written the same way."""
    value = _value(own)
    if kind == "word_number":
        return sorted(NUMBER_WORDS)
    if value is None or kind not in ("year", "number"):
        return []
    places = len(own.rpartition(".")[2].rstrip("%")) if "." in own else 0
    if kind == "year":
        near = [value + step for step in (-41, -17, -8, 9, 16, 37)]
        return [f"{one:.0f}" for one in near]
    step = 10 ** max(math.floor(math.log10(value)) if value >= 1 else 0, 0) / 10**places
    made = {round(value * factor / step) * step for factor in (0.5, 0.7, 1.4, 2.0, 3.0)} | {
        value + step,
        value + 2 * step,
    }
    grouped = "," if "," in own else ""
    digits = re.search(r"\d[\d,.]*\d|\d", own)
    if digits is None:
        return []
    told = [f"{one:{grouped}.{places}f}" for one in sorted(made) if one > 0]
    return [own[: digits.start()] + text + own[digits.end() :] for text in told]


def _distance(one: str, other: str) -> float:
    """How far two numbers are from each other, in orders of magnitude; another way of writing counts as ten."""
    a, b = _value(one), _value(other)
    if a is None or b is None:
        return math.inf
    same = (one[:1].isdigit(), one[-1:] == "%", "." in one) == (other[:1].isdigit(), other[-1:] == "%", "." in other)
    return abs(math.log10(a + 1) - math.log10(b + 1)) + (0 if same else 10)


def _value(text: str) -> float | None:
    digits = re.sub(r"[^\d.]", "", text).strip(".")
    try:
        return float(digits)
    except ValueError:
        return None


def pool_of(rows: Iterable[ExaminedRow]) -> FactPool:
    """The facts of rows' answers."""
    pool = FactPool()
    for number, row in enumerate(rows):
        if number == POOLED_ROWS:
            break
        given = f"{row.instruction}\n{row.input}"
        about = frozenset(content_words(f"{given}\n{row.output}"))
        pool.seen(about)
        for sentence in statements_of(row.output):
            for fact in read_statement(sentence, given).facts:
                pool.add(fact, about)
    return pool
