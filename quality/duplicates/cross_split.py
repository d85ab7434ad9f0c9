"""leakage.cross_split: training rows that repeat a row held out for testing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from ..check import Bar, CheckOptions, Finding, Read, Row, Scope, unjudged
from ..matches import Matches
from .near import NearDuplicate

if TYPE_CHECKING:
    import numpy as np

_TRAIN, _HELD_OUT = 0, 1


class CrossSplitLeakage:
    """leakage.cross_split: a training row is alike to a row of the test or validation split.

    Rows are compared as by `duplicate.near`, exact duplicates among them. Only training rows can fail, wherever in
    the input the held-out row stands, so that what is measured by the test set stays as it is. The column that tells
    the split is read from the row; a row without it belongs to the training split.

    The set is judged as a whole (`digest` and `match`): row by row a training row could not know the held-out rows
    that come after it.
    """

    name = "leakage.cross_split"
    scope: Scope = "corpus"
    reason = "in_held_out_split"
    unmatched: float | None = None

    class Options(CheckOptions):
        """Options of leakage.cross_split."""

        column: str = "split"
        """Column that names the split of a row."""
        held_out: tuple[str, ...] = ("test", "validation", "valid", "val", "dev", "eval")
        """Names of splits that training rows must not repeat; capitals do not matter."""
        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns that must all be alike."""
        bar: float = Field(default=0.7, ge=0.3, le=1)
        """Jaccard index of five-character shingles from which a row is a repetition."""
        numbers: Literal["keep", "ignore"] = "keep"
        """keep: rows with other numbers do not repeat one another. ignore: numbers are characters like all others."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self.bar = Bar(self.options.bar)
        self._held_out = frozenset(name.casefold() for name in self.options.held_out)
        of_pairs = {name: getattr(self.options, name) for name in ("fields", "bar", "numbers")}
        self._near = NearDuplicate(NearDuplicate.Options.model_validate(of_pairs))
        self.says: Mapping[str, Any] = {**self._near.says, "column": self.options.column}
        self._before: list[Row] = []

    def digest(self, rows: Sequence[Row]) -> np.ndarray:
        """(rows, width) of uint64: the digest of duplicate.near, and whether the row is held out."""
        import numpy as np

        side = [self._is_held_out(row) for row in rows]
        return np.hstack([self._near.digest(rows), np.array(side, dtype=np.uint64).reshape(-1, 1)])

    def match(self, digests: np.ndarray, alive: np.ndarray, read: Read, fresh: np.ndarray | None = None) -> Matches:
        """Training rows that reach the bar to a held-out row, wherever it stands; the most alike stands for each."""
        from .digests import read_column
        from .matching import repeats_of

        held_out = read_column(digests, digests.shape[1] - 1) == _HELD_OUT
        comparison = self._near.comparison(self.options.bar)
        return repeats_of(digests, alive, held_out, read, self._near.plan(), comparison)

    def alike(self, one: Row, other: Row) -> float:
        """The lowest Jaccard index of the columns; 0.0 if a number differs, or if neither row is held out."""
        return self._near.alike(one, other) if self._is_held_out(one) or self._is_held_out(other) else 0.0

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Judge some rows as one set, with the held-out rows of former calls."""
        import numpy as np

        both = [*self._before, *rows]
        found = self.match(self.digest(both), np.ones(len(both), dtype=bool), lambda at: [both[i] for i in at.tolist()])
        findings = [self._unmatched(row) for row in rows]
        for row, matched, value in zip(found.rows.tolist(), found.matched.tolist(), found.values.tolist(), strict=True):
            evidence = {"matched": both[matched].id, "matched_row": both[matched].index, **self.says}
            findings[row - len(self._before)] = Finding(value, self.reason, evidence)
        self._before += [row for row in rows if self._is_held_out(row)]
        return findings

    def forget(self, row: Row) -> None:
        """Drop the row judged last."""
        if self._before and self._before[-1].index == row.index:
            self._before.pop()

    def _unmatched(self, row: Row) -> Finding:
        if any(field in row.fields for field in self.options.fields):
            return Finding(None)
        return unjudged("no_column", ", ".join(self.options.fields))

    def _is_held_out(self, row: Row) -> bool:
        return row.text(self.options.column).strip().casefold() in self._held_out
