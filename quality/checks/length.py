"""Number of words, column by column."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field, model_validator

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope, unjudged


class Bounds(CheckOptions):
    """How many words a column may have."""

    min: int = Field(default=0, ge=0)
    """At least this many words."""
    max: int | None = Field(default=None, ge=0)
    """At most this many words; none: any number."""

    @model_validator(mode="after")
    def _in_order(self) -> Bounds:
        if self.max is not None and self.max < self.min:
            message = f"max {self.max} is below min {self.min}"
            raise ValueError(message)
        return self


class WordCount:
    """length.words: columns with too few or too many words.

    Words are parts between spaces; in scripts without spaces every character counts.
    """

    name = "length.words"
    scope: Scope = "row"
    bar = Bar(0.0, "above")

    class Options(CheckOptions):
        """Options of length.words."""

        bounds: dict[str, Bounds] = Field(
            default_factory=lambda: {"instruction": Bounds(min=1), "output": Bounds(min=1)}
        )
        """Column -> its bounds ({output: {min: 3, max: 800}})."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of words by which a column lies outside its bounds, 0 inside: the first such column's."""
        batch = Batch.of(rows)
        findings: list[Finding | None] = [None] * len(batch)
        for field, bounds in self.options.bounds.items():
            counted = batch.texts(field).counts.words[: len(batch)].tolist()
            for at, words in enumerate(counted):
                if findings[at] is None:
                    findings[at] = self._judge(batch[at], field, bounds, words)
        return [CLEAN if finding is None else finding for finding in findings]

    def _judge(self, row: Row, field: str, bounds: Bounds, words: int) -> Finding | None:
        if words == 0:
            # A column that is not there, or holds no text, has no words either.
            if field not in row.fields and bounds.min:
                return unjudged("no_column", field)
            value = row.fields.get(field)
            if value is not None and not isinstance(value, str):
                return unjudged("not_a_text", field)
        if words < bounds.min:
            return self._outside(field, row.text(field), words, bounds.min - words, "too_short")
        if bounds.max is not None and words > bounds.max:
            return self._outside(field, row.text(field), words, words - bounds.max, "too_long")
        return None

    def _outside(self, field: str, text: str, words: int, by: int, reason: str) -> Finding:
        evidence = {"field": field, "span": [0, len(text)], "rule": reason, "words": words}
        return Finding(float(by), reason, evidence)
