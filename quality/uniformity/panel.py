"""The uniformity panel: each measure of the data beside that of the reference, and what it says in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .fairness import Fairness

Verdict = Literal["more uniform", "more varied", "differs", "alike", "not compared"]
"""differs: of a measure that tells of format, where either way may be meant."""


@dataclass(frozen=True, slots=True)
class Value:
    """A measure of one set."""

    value: float
    """Mean over parts of the set, drawn at random without replacement."""
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end."""


@dataclass(frozen=True, slots=True)
class Line:
    """A measure, compared."""

    name: str
    field: str
    says: str
    """What it is."""
    uniform: Literal["up", "down"] | None
    """Where it goes as a set becomes more uniform; None: it tells of format."""
    data: Value
    reference: Value | None
    spread: float | None
    """Difference that 95 % of the pairs of halves of the reference stay below: people against people."""
    verdict: Verdict
    strength: float
    """The difference in units of what chance and people among themselves differ by; above 1 it counts."""
    words: str
    """For people."""


@dataclass(frozen=True, slots=True)
class UniformityPanel:
    """How uniform a set is beside a reference."""

    lines: tuple[Line, ...]
    """Those that tell the sets apart most come first, field by field."""
    reference: str
    """What the data was compared with."""
    fairness: Fairness | None
    """None without reference rows."""
    rows: int
    """Texts in each part that was measured."""
    notes: tuple[str, ...] = ()

    @property
    def leading(self) -> tuple[Line, ...]:
        """Measures by which the data is clearly more uniform, the clearest first."""
        found = [line for line in self.lines if line.verdict == "more uniform"]
        return tuple(sorted(found, key=lambda line: -line.strength))

    @property
    def headlines(self) -> tuple[str, ...]:
        """The verdicts in plain words, a warning about the reference first."""
        warned = [self.fairness.words] if self.fairness and self.fairness.verdict not in ("fair", "unknown") else []
        return (*warned, *(line.words for line in self.leading))

    def line(self, name: str, field: str | None = None) -> Line:
        """A measure by name, of the first field that has it.

        Raises:
            KeyError: there is none.
        """
        for line in self.lines:
            if line.name == name and field in (None, line.field):
                return line
        message = f"no measure {name}; there are {', '.join(dict.fromkeys(line.name for line in self.lines))}"
        raise KeyError(message)

    def columns(self) -> dict[str, list[Any]]:
        """The panel as columns, a line a measure."""
        lines = self.lines
        return {
            "field": [line.field for line in lines],
            "measure": [line.name for line in lines],
            "value": [line.data.value for line in lines],
            "low": [line.data.low for line in lines],
            "high": [line.data.high for line in lines],
            "reference": [line.reference.value if line.reference else None for line in lines],
            "reference_low": [line.reference.low if line.reference else None for line in lines],
            "reference_high": [line.reference.high if line.reference else None for line in lines],
            "spread": [line.spread for line in lines],
            "uniform": [line.uniform for line in lines],
            "verdict": [line.verdict for line in lines],
            "words": [line.words for line in lines],
        }


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def in_words(share: float) -> str:
    """A share as people say it: "four in ten", "one in twenty", "three in a hundred"."""
    if share >= 0.995:
        return "all"
    if share > 0.95:
        return "nearly all"
    if share >= 0.15:
        return f"{_NUMBERS[round(share * 10)]} in ten"
    for size, name in ((10, "ten"), (20, "twenty"), (50, "fifty")):
        if abs(share * size - 1) < 0.2:
            return f"one in {name}"
    if share < 0.0005:
        return "none"
    of, name = (100, "hundred") if share >= 0.0075 else (1000, "thousand")
    times = max(1, round(share * of))
    return f"{_NUMBERS[times] if times < len(_NUMBERS) else times} in a {name}"


_SHARES = {
    "ten_openings": "{0} {texts} open with one of ten phrases; {1} in {reference}",
    "ten_closings": "{0} {texts} end with one of ten phrases; {1} in {reference}",
    "lists": "{0} {texts} hold a list; {1} in {reference}",
    "markdown": "{0} {texts} hold markdown; {1} in {reference}",
    "end_punctuation": "{0} {texts} end with a full stop or the like; {1} in {reference}",
    "commonest_format": "{0} {texts} have the same format; {1} in {reference}",
    "ten_verb_noun_pairs": "{0} {texts} share ten verb-noun pairs; {1} in {reference}",
}
_NUMERIC = {
    "first_word_entropy": "the first word of {texts} is worth {0} equally likely words; {1} in {reference}",
    "opening_entropy": "the first three words of {texts} are worth {0} equally likely openings; {1} in {reference}",
    "self_repetition": "{0} of the four-word sequences of {texts} stand in another one, too; {1} in {reference}",
    "gzip_ratio": "{texts} shrink to 1/{0} when compressed; to 1/{1} in {reference}",
    "skeleton_ratio": "the skeletons of {texts} shrink to 1/{0} when compressed; to 1/{1} in {reference}",
    "distinct_1": "{0} of the words of {texts} differ; {1} in {reference}",
    "distinct_2": "{0} of the word pairs of {texts} differ; {1} in {reference}",
    "distinct_3": "{0} of the word triples of {texts} differ; {1} in {reference}",
    "length_spread": "lengths of {texts} spread by a factor of {0}; {1} in {reference}",
    "vendi_score": "{texts} are as diverse as {0} entirely different ones; {1} in {reference}",
    "mean_similarity": "two {texts} are alike by {0} on average; {1} in {reference}",
}


def sentence(name: str, field: str, data: float, reference: float | None, against: str) -> str:
    """What a measure says, for people."""
    from math import exp

    texts = {"instruction": "instructions", "prompt": "prompts", "question": "questions"}.get(field, "answers")
    if field.partition(":")[0] in ("turns", "messages", "conversations", "dialogue"):
        texts = "turns"
    form = _SHARES.get(name) or _NUMERIC.get(name, "{0} against {1}")

    def shown(value: float | None) -> str:
        if value is None:
            return "?"
        if name in _SHARES:
            return in_words(value)
        if name.endswith("entropy"):
            return f"{2**value:.0f}"
        if name in ("self_repetition", "distinct_1", "distinct_2", "distinct_3"):
            return f"{value:.1%}"
        return f"{exp(value):.1f}" if name == "length_spread" else f"{value:.3g}"

    text = form.format(shown(data), shown(reference), texts=texts, reference=against)
    if reference is None:
        text = text.rpartition(";")[0] or text
    return text[0].upper() + text[1:] + "."
