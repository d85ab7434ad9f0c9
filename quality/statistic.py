"""Statistic: a check whose value is a number measured on a text, with a bar on one side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from .batch import Batch, Texts
from .check import Bar, CheckOptions, Finding, Measurements, Row, Scope

if TYPE_CHECKING:
    import numpy as np


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """One count / the other, not a number where there is no whole."""
    import numpy as np

    result: np.ndarray = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return result


class StatisticOptions(CheckOptions):
    """Options of every statistic."""

    field: str = "output"
    """Column to measure. Of the several turns of a conversation the one with the worst value counts."""
    min_words: int | None = Field(default=None, ge=0)
    """Texts with fewer words are not measured; none: as the statistic says."""


Measure = Callable[[Texts, Any], "np.ndarray"]
"""Texts and the options -> one float each; not a number where there is nothing to measure."""


@dataclass(frozen=True)
class Statistic:
    """A statistic as it is registered; called with its options it makes the check."""

    name: str
    """Registered name."""
    reason: str
    """Slug of what a value on the wrong side of the bar means."""
    bar: Bar
    """The bar of a gate that names none."""
    measure: Measure
    """How texts are measured."""
    about: str
    """What is measured, in a line."""
    min_words: int = 1
    """Texts with fewer words tell nothing."""
    scope: Scope = "row"
    Options: type[StatisticOptions] = StatisticOptions

    def __call__(self, options: StatisticOptions | None = None) -> Measured:
        """The check with these options."""
        return Measured(self, options or self.Options())


class Measured:
    """A check that measures one column."""

    scope: Scope = "row"

    def __init__(self, statistic: Statistic, options: StatisticOptions) -> None:
        """Take what is measured, and where."""
        self.name = statistic.name
        self.bar = statistic.bar
        self.options = options
        self._statistic = statistic
        self._least = statistic.min_words if options.min_words is None else options.min_words

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The measured value, with the reason that counts if it is on the wrong side of a bar.

        The evidence names the column, and its span where the check's own bar is crossed. A row without a text, or
        with too short a one, has no value.
        """
        return self.measure(rows).findings()

    def measure(self, rows: Sequence[Row]) -> Measurements:
        """The same as an array: most rows have nothing to say beside their value."""
        import numpy as np

        batch = Batch.of(rows)
        texts = batch.texts(self.options.field)
        all_values = self._values(texts)
        values = all_values[: len(batch)].copy()
        own = {at: self._finding(float(values[at]), texts, at) for at in np.flatnonzero(self._crossed(values)).tolist()}
        for at in range(len(batch), len(all_values)):
            row, value = texts.row(at), float(all_values[at])
            if value == value and self._worse(value, values[row]):  # not a number differs from itself
                values[row], own[row] = value, self._finding(value, texts, at)
        usual = Finding(None, self._statistic.reason, {"field": self.options.field, "rule": self._rule})
        return Measurements(values, usual, own)

    @property
    def _rule(self) -> str:
        return self.name.partition(".")[2]

    def _values(self, texts: Texts) -> np.ndarray:
        import numpy as np

        measured = self._statistic.measure(texts, self.options).astype(float)
        rounded: np.ndarray = np.where(texts.counts.words >= max(self._least, 1), measured, np.nan).round(4)
        return rounded

    def _crossed(self, values: np.ndarray) -> np.ndarray:
        if self.bar.wrong == "below":
            return values < self.bar.value
        return values > self.bar.value if self.bar.wrong == "above" else values >= self.bar.value

    def _finding(self, value: float, texts: Texts, at: int) -> Finding:
        span = [0, len(texts.texts[at])]
        evidence = {"field": texts.field(at), "span": span, "rule": self._rule}
        return Finding(value, self._statistic.reason, evidence)

    def _worse(self, value: float, than: float) -> bool:
        if than != than:
            return True
        return value < than if self.bar.wrong == "below" else value > than
