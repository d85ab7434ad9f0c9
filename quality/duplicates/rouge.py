"""duplicate.rouge_l: rows whose wording is that of an earlier row, told by ROUGE-L, exactly."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction

from pydantic import Field, model_validator
from rapidfuzz import process
from rapidfuzz.distance import Indel, LCSseq

from ..check import Bar, CheckOptions, Finding, Row, Scope, unjudged
from ..words import rouge_tokens
from .prefix_index import PrefixIndex

_SURROGATES = range(0xD800, 0xE000)
_LETTERS = 0x110000 - len(_SURROGATES)


def rouge_l(a: Sequence[str] | Sequence[int], b: Sequence[str] | Sequence[int]) -> Fraction:
    """ROUGE-L F of two token lists or their numbers: 2 * (longest common subsequence) / (sum of lengths).

    Lin 2004, section 3.1, with beta = 1, as `rouge_score` computes it; 0 if one is empty. A fraction, so that no
    rounding decides.
    """
    return Fraction(2 * LCSseq.similarity(a, b), len(a) + len(b)) if a and b else Fraction(0)


class RougeLDuplicate:
    """duplicate.rouge_l: some earlier row has ROUGE-L F above the bar (at the bar is no duplicate).

    Self-Instruct (Wang et al. 2022, section 2.2) and Alpaca keep an instruction when its F to all earlier ones is
    at most 0.7; tokens are those of `quality.words.rouge_tokens`. Of several columns each must be alike, so that the
    same instruction on another input is no duplicate: the value is the lowest of their F, two empty columns being
    alike.
    Rows are compared with those that are no duplicates themselves: every dropped row names one (the most alike, of
    equals the earliest) to which it is above the bar itself.

    No pair is missed: candidates come from a prefix filter on shared tokens, and all of them are verified.
    """

    name = "duplicate.rouge_l"
    scope: Scope = "corpus"

    class Options(CheckOptions):
        """Options of duplicate.rouge_l."""

        fields: tuple[str, ...] = Field(default=("instruction",), min_length=1)
        """Columns that must all be alike."""
        bar: float = Field(default=0.7, ge=0, lt=1)
        """F above which a row is a duplicate; the gate's bar stands here too."""
        floor: float | None = Field(default=None, ge=0, lt=1)
        """F above which the nearest earlier row is reported, for moving the bar later; none: only above the bar."""

        @model_validator(mode="after")
        def _floor_below_bar(self) -> RougeLDuplicate.Options:
            if self.floor is not None and self.floor > self.bar:
                message = f"floor {self.floor} lies above the bar {self.bar}"
                raise ValueError(message)
            return self

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self.bar = Bar(self.options.bar, "above")
        # The decimal that was written, not its nearest binary neighbour: 0.7 is 7/10.
        self._bar = Fraction(str(self.options.bar))
        self._floor = self._bar if self.options.floor is None else Fraction(str(self.options.floor))
        self._cutoff = max(0.0, float(self._floor) - 1e-6)
        floor = self._floor
        self._index = PrefixIndex(lambda m, n: floor.numerator * (m + n) // (2 * floor.denominator) + 1)
        self._kept: list[_Compared] = []

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Highest F to an earlier row that stands for itself; None where none lies above the floor."""
        return [self._judge(row) for row in rows]

    def forget(self, row: Row) -> None:
        """Remove the row judged last, if it was kept for comparison."""
        if self._kept and self._kept[-1].index == row.index:
            self._kept.pop()
            self._index.remove_last()

    def _judge(self, row: Row) -> Finding:
        parts = tuple(rouge_tokens(row.text(field)) for field in self.options.fields)
        joined = [token for part in parts for token in part]
        if not joined:
            known = any(field in row.fields for field in self.options.fields)
            return Finding(None) if known else unjudged("no_column", ", ".join(self.options.fields))
        elements = self._index.elements(joined)
        numbers = array("L", map(self._index.number, joined))
        this = _Compared(row.index, row.id, numbers, tuple(map(len, parts)))
        best = self._nearest(self._index.candidates(elements), this)
        if best is None or best[0] <= self._bar:
            self._index.add(elements)
            self._kept.append(this)
        if best is None:
            return Finding(None)
        value, nearest = best
        evidence = {
            "matched": nearest.id,
            "matched_row": nearest.index,
            "fields": list(self.options.fields),
            "rule": "rouge_l_f",
        }
        reason = "near_duplicate" if value > self._bar else None
        return Finding(float(value), reason, evidence)

    def _nearest(self, candidates: set[int], this: _Compared) -> tuple[Fraction, _Compared] | None:
        """The kept row with the highest F above the floor, of equals the earliest."""
        if not candidates:
            return None
        kept = [self._kept[number] for number in sorted(candidates)]
        # If each column lies above the floor, so does F of the columns joined: this sorts out nearly all.
        near = process.cdist(
            [this.letters],
            [one.letters for one in kept],
            scorer=Indel.normalized_similarity,
            score_cutoff=self._cutoff,
        )[0]
        best: tuple[Fraction, _Compared] | None = None
        for at in near.nonzero()[0]:
            value = _lowest(this, kept[at])
            if value > self._floor and (best is None or value > best[0]):
                best = value, kept[at]
        return best


class _Compared:
    """A row as it is compared with others."""

    __slots__ = ("id", "index", "lengths", "letters", "numbers")

    def __init__(self, index: int, row_id: str, numbers: array[int], lengths: tuple[int, ...]) -> None:
        """Take the row's place and id, its tokens by number, and how many of them each column has."""
        self.index = index
        self.id = row_id
        self.numbers = numbers
        self.lengths = lengths
        # One letter per token lets rapidfuzz compare token lists as texts. Past 1.1 million different tokens two may
        # share a letter, which can only make F look higher; what passes is computed again from the numbers.
        self.letters = "".join(map(_letter, numbers))


def _letter(number: int) -> str:
    number %= _LETTERS
    return chr(number if number < _SURROGATES.start else number + len(_SURROGATES))


def _lowest(a: _Compared, b: _Compared) -> Fraction:
    """The lowest F over the columns; two empty columns are alike."""
    lowest = Fraction(1)
    a_from = b_from = 0
    for a_length, b_length in zip(a.lengths, b.lengths, strict=True):
        a_to, b_to = a_from + a_length, b_from + b_length
        if a_length or b_length:
            lowest = min(lowest, rouge_l(a.numbers[a_from:a_to], b.numbers[b_from:b_to]))
        a_from, b_from = a_to, b_to
    return lowest
