"""Texts of rows as one array of token numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .tokens import Vocabulary

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts, one after the other."""

    tokens: np.ndarray
    """uint64: the tokens' numbers."""
    bounds: np.ndarray
    """(texts + 1,) of int64: where each text begins in `tokens`."""
    row: np.ndarray
    """(texts,) of int64: the row each text belongs to."""

    @property
    def texts(self) -> int:
        """How many there are."""
        return len(self.row)


def encode(texts: Sequence[str], rows: Sequence[int], vocabulary: Vocabulary) -> Encoded:
    """Encode texts; `rows` tells which row each one is of. A text without tokens stays in, empty."""
    import numpy as np

    cut = [vocabulary.numbers(text) for text in texts]
    bounds = np.zeros(len(cut) + 1, dtype=np.int64)
    np.cumsum([len(one) for one in cut], out=bounds[1:])
    flat = np.array([number for one in cut for number in one], dtype=np.uint64)
    return Encoded(flat, bounds, np.array(rows, dtype=np.int64))
