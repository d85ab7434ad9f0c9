"""Batch: rows with their texts by column, taken out once for all checks that look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, overload

from .characters import Counts, count_characters
from .check import Row
from .turns import Turn, turns_of
from .word_hashes import Words, hash_words

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

_ROLE_OF = {"instruction": "user", "output": "assistant", "system": "system"}
"""Column -> the role whose turns stand for it in a conversation."""


class Texts:
    """The texts of one column over a batch, as a flat list; rows that are conversations may have several."""

    def __init__(self, name: str, texts: list[str]) -> None:
        """Begin with the column's own texts, one per row ("" where it holds no text)."""
        self.texts = texts
        self._name = name
        self._rows = len(texts)
        self._turns: list[tuple[int, str]] = []

    def add(self, row: int, place: str, text: str) -> None:
        """Add a text of a turn of the row at that position."""
        self._turns.append((row, place))
        self.texts.append(text)

    def row(self, at: int) -> int:
        """Position in the batch of the row that a text belongs to."""
        return at if at < self._rows else self._turns[at - self._rows][0]

    def field(self, at: int) -> str:
        """Where a text stands in its row, for evidence: the column, or "messages[2].content"."""
        return self._name if at < self._rows else self._turns[at - self._rows][1]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def series(self) -> pl.Series:
        """The texts for polars; what is no valid Unicode (half a surrogate pair) is replaced by U+FFFD."""
        return as_series(self.texts)

    @cached_property
    def lowered(self) -> pl.Series:
        """The same in lower case."""
        return self.series.str.to_lowercase()

    @cached_property
    def lines(self) -> np.ndarray:
        """How many lines each has (int64); the empty text has one."""
        import numpy as np

        return np.fromiter((text.count("\n") + 1 for text in self.texts), np.int64, len(self.texts))

    @cached_property
    def counts(self) -> Counts:
        """What kinds of characters they are made of."""
        return count_characters(self.texts)

    @cached_property
    def words(self) -> Words:
        """Their words as numbers."""
        return hash_words(self.texts)


class Batch(Sequence[Row]):
    """Rows, and their texts by column.

    A check that is handed a plain list of rows makes its own batch; handing the same batch to all checks spares them
    the work.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the rows, in order."""
        self._rows = rows
        self._texts: dict[str, Texts] = {}

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Batch:
        """The rows as a batch; a batch is handed back as it is."""
        return rows if isinstance(rows, cls) else cls(rows)

    def texts(self, name: str) -> Texts:
        """The texts of a column.

        In a conversation the assistant's turns count as `output`, the user's as `instruction` and the system's as
        `system`, beside columns of these names; `turns` is every turn, whoever speaks.
        """
        known = self._texts.get(name)
        if known is None:
            known = self._texts[name] = self._take(name)
        return known

    @cached_property
    def turns(self) -> dict[int, tuple[Turn, ...]]:
        """Position in the batch -> turns, of the rows that are conversations."""
        found = ((at, turns_of(row.fields)) for at, row in enumerate(self._rows))
        return {at: turns for at, turns in found if turns}

    def _take(self, name: str) -> Texts:
        values = [row.fields.get(name) for row in self._rows]
        own = [value if isinstance(value, str) else "" for value in values]
        texts = Texts(name, own)
        role = _ROLE_OF.get(name)
        if (role or name == "turns") and self.turns:
            for at, turns in self.turns.items():
                for turn in turns:
                    if role is None or turn.role == role:
                        for place, text in turn.texts:
                            if text and text != own[at]:
                                texts.add(at, place, text)
        return texts

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        return self._rows[at]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)


def as_series(texts: Sequence[str]) -> pl.Series:
    """Texts as a polars series; half a surrogate pair becomes U+FFFD."""
    import polars as pl

    try:
        return pl.Series(texts, dtype=pl.String)
    except UnicodeEncodeError:
        readable = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
        return pl.Series(readable, dtype=pl.String)
