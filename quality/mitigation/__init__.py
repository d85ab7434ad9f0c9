"""Which rows of a patterned set to keep."""

from .cap import Capped, cap
from .vectors import text_vectors

__all__ = ["Capped", "cap", "text_vectors"]
