"""Patterns that too many rows of a set share."""

from .draw import Rows
from .find import find_patterns
from .options import PatternOptions
from .pattern import Example, Hit, Hits, Pattern, PatternReport

__all__ = ["Example", "Hit", "Hits", "Pattern", "PatternOptions", "PatternReport", "Rows", "find_patterns"]
