"""duplicate.exact: rows that are equal once case, white space and punctuation are folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ..check import CLEAN, Bar, CheckOptions, Finding, Read, Row, Scope, unjudged
from ..matches import Matches
from .fold import key_of

if TYPE_CHECKING:
    import numpy as np


class ExactDuplicate:
    """duplicate.exact: the columns equal those of an earlier row, after `fold`.

    The first row of its kind stands for the others; they name it as `matched`.
    """

    name = "duplicate.exact"
    scope: Scope = "corpus"
    bar = Bar(1.0)
    reason = "exact_duplicate"
    unmatched: float | None = 0.0

    class Options(CheckOptions):
        """Options of duplicate.exact."""

        fields: tuple[str, ...] = Field(default=("instruction", "input"), min_length=1)
        """Columns that must all be equal. A row that has none of them cannot be judged, one where all are empty has
        no duplicates."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self.says: Mapping[str, Any] = {"fields": list(self.options.fields), "rule": "folded"}
        self._first: dict[bytes, tuple[str, int]] = {}
        self._added: tuple[bytes, int] | None = None

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 for each row that has come before."""
        return [self._judge(row) for row in rows]

    def forget(self, row: Row) -> None:
        """Remove the row judged last if it was the first of its kind."""
        if self._added is not None and self._added[1] == row.index:
            del self._first[self._added[0]]
            self._added = None

    def digest(self, rows: Sequence[Row]) -> np.ndarray:
        """(rows, 2) of uint64: hash of the folded columns; zeros if there is nothing in them."""
        from .kinds import keys_of

        return keys_of([[row.text(field) for row in rows] for field in self.options.fields])

    def match(self, digests: np.ndarray, alive: np.ndarray, read: Read, fresh: np.ndarray | None = None) -> Matches:
        """Rows with the digest of an earlier one; no row is read."""
        from .kinds import repeats

        return repeats(digests, alive)

    def alike(self, one: Row, other: Row) -> float:
        """1.0 if all columns fold to the same and one of them holds something."""
        key = self._key(one)
        return float(any(key) and key == self._key(other))

    def _key(self, row: Row) -> bytes:
        return key_of([row.text(field) for field in self.options.fields])

    def _judge(self, row: Row) -> Finding:
        key = self._key(row)
        if not any(key):
            known = any(field in row.fields for field in self.options.fields)
            return CLEAN if known else unjudged("no_column", ", ".join(self.options.fields))
        first = self._first.setdefault(key, (row.id, row.index))
        self._added = (key, row.index) if first[1] == row.index else None
        if self._added is not None:
            return CLEAN
        matched, matched_row = first
        return Finding(1.0, self.reason, {"matched": matched, "matched_row": matched_row, **self.says})


def exact_duplicates(columns: Sequence[Sequence[str]]) -> Matches:
    """Rows that repeat an earlier one exactly, once case, white space and punctuation are folded.

    Args:
        columns: the texts, column by column, all of one length; all columns of two rows must be equal.

    Returns:
        The rows that repeat an earlier one, and the first row of their kind for each.
    """
    import numpy as np

    from .kinds import keys_of, repeats

    return repeats(keys_of(columns), np.ones(len(columns[0]), dtype=bool))
