"""Which rows of a patterned set to keep."""

from .cap import Capped, cap
from .faithful import Unfaithful, unfaithful, without
from .resample import draw_by_weight, importance
from .vectors import text_vectors

__all__ = ["Capped", "Unfaithful", "cap", "draw_by_weight", "importance", "text_vectors", "unfaithful", "without"]
