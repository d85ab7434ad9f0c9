"""Which rows of a set repeat which. Importing it loads no more than it says: comparing rows starts fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows that repeat an earlier one, as arrays of one length."""

    rows: np.ndarray
    """int64: position of each row that repeats another one, ascending, each once."""
    matched: np.ndarray
    """int64: position of the earlier row that stands for it, and itself repeats none."""
    values: np.ndarray
    """float64: how alike the two are."""
