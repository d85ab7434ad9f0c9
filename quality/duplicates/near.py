"""duplicate.near: rows that are an earlier row with some words changed, told by shingles of five characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from ..check import Bar, CheckOptions, Finding, Read, Row, Scope, unjudged
from ..matches import Matches

if TYPE_CHECKING:
    import numpy as np

    from .compare import Comparison
    from .sketch import Plan
    from .standing import Standing

# Sketches are made without spaces and signs, by which an edit weighs a little more than by the shingles compared.
_SKETCHED = 0.96


class NearDuplicate:
    """duplicate.near: the columns share at least the bar of their shingles with those of an earlier row.

    The shingles of a text are all runs of five characters after `fold`, so that case, white space and punctuation do
    not count; two texts are as alike as the Jaccard index of their shingles says. Of several columns each must be
    alike: the value is the lowest of theirs, two empty columns being alike. Digits are kept, and rows in which a
    number was changed into another one are no duplicates, however alike the rest is.

    A row is compared with rows that are no duplicates themselves: each dropped row names one (the most alike, of
    equals the earliest) to which it reaches the bar itself, so no chain of small changes drags in rows that are
    strangers to one another.

    Pairs are found by sketches (MinHash with banding; Broder 1997, Leskovec et al., Mining of Massive Datasets,
    section 3.4) and every one is verified on the shingles themselves: none is wrong, and of the pairs just at the bar
    about one in a hundred is missed, of those well above it none.
    """

    name = "duplicate.near"
    scope: Scope = "corpus"
    reason = "near_duplicate"
    unmatched: float | None = None

    class Options(CheckOptions):
        """Options of duplicate.near."""

        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns that must all be alike."""
        bar: float = Field(default=0.7, ge=0.3, le=1)
        """Jaccard index from which a row is a duplicate: 0.7 finds light edits, 0.5 heavy ones, at twice the cost; the
        gate's bar stands here too."""
        floor: float | None = Field(default=None, ge=0.3, le=1)
        """Index from which pairs can be found, for moving the bar later; none: only from the bar on."""
        numbers: Literal["keep", "ignore"] = "keep"
        """keep: rows with other numbers are never duplicates. ignore: numbers are characters like all others."""

        @model_validator(mode="after")
        def _floor_below_bar(self) -> NearDuplicate.Options:
            if self.floor is not None and self.floor > self.bar:
                message = f"floor {self.floor} lies above the bar {self.bar}"
                raise ValueError(message)
            return self

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self.bar = Bar(self.options.bar)
        self._floor = self.options.bar if self.options.floor is None else self.options.floor
        self.says: Mapping[str, Any] = {"fields": list(self.options.fields), "rule": "jaccard_5_characters"}
        self._standing: Standing | None = None

    def digest(self, rows: Sequence[Row]) -> np.ndarray:
        """(rows, width) of uint64: key of the folded columns, bits of the sketch, bands; zeros if nothing is there."""
        from .sketch import digests_of

        return digests_of([[row.text(field) for row in rows] for field in self.options.fields], self.plan())

    def match(self, digests: np.ndarray, alive: np.ndarray, read: Read, fresh: np.ndarray | None = None) -> Matches:
        """Rows that reach the bar to an earlier row that stands for itself."""
        from .matching import near_matches

        return near_matches(digests, alive, read, self.plan(), self.comparison(self.options.bar), fresh)

    def alike(self, one: Row, other: Row) -> float:
        """The lowest Jaccard index of the columns; 0.0 if a number differs."""
        return self.comparison(0.0).pair(one, other)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Highest index to an earlier row that stands for itself; None where none found lies at the floor or above."""
        if self._standing is None:
            from .standing import Standing

            self._standing = Standing(self.plan(), self.comparison(self._floor), self.options.bar)
        digests = self.digest(rows)
        return [self._judge(self._standing, row, digest) for row, digest in zip(rows, digests, strict=True)]

    def forget(self, row: Row) -> None:
        """Remove the row judged last."""
        if self._standing is not None:
            self._standing.forget(row)

    def _judge(self, standing: Standing, row: Row, digest: np.ndarray) -> Finding:
        if not digest[:2].any() and not any(field in row.fields for field in self.options.fields):
            return unjudged("no_column", ", ".join(self.options.fields))
        found = standing.take(row, digest)
        if found is None:
            return Finding(None)
        value, matched = found
        evidence = {"matched": matched.id, "matched_row": matched.index, **self.says}
        return Finding(value, self.reason if self.bar.crossed(value) else None, evidence)

    def plan(self) -> Plan:
        """How rows are sketched."""
        from .sketch import plan_for

        return plan_for(_SKETCHED * self._floor)

    def comparison(self, least: float) -> Comparison:
        """How rows are compared where `least` is the lowest index that counts."""
        from .compare import Comparison

        return Comparison(self.options.fields, least, self.options.numbers == "keep")


def near_duplicates(
    columns: Sequence[Sequence[str]], bar: float = 0.7, numbers: Literal["keep", "ignore"] = "keep"
) -> Matches:
    """Rows that are an earlier row with some words changed.

    Args:
        columns: the texts, column by column, all of one length; all columns of two rows must be alike.
        bar: Jaccard index of their shingles from which two texts are alike.
        numbers: whether rows with other numbers are no duplicates ("keep").

    Returns:
        The rows that repeat an earlier one, the row that stands for each, and how alike they are.
    """
    import numpy as np

    from .sketch import digests_of

    names = tuple(map(str, range(len(columns))))
    check = NearDuplicate(NearDuplicate.Options(fields=names, bar=bar, numbers=numbers))

    def read(rows: np.ndarray) -> list[Row]:
        return [
            Row(at, "", {name: texts[at] for name, texts in zip(names, columns, strict=True)}) for at in rows.tolist()
        ]

    digests = digests_of(columns, check.plan())
    return check.match(digests, np.ones(len(digests), dtype=bool), read)
