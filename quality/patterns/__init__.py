"""Patterns that too many rows of a set share."""

from .draw import Rows
from .find import carried, find_patterns
from .options import PatternOptions
from .pattern import Example, Hit, Hits, Pattern, PatternReport
from .usage import Usage, human_usage

__all__ = [
    "Example",
    "Hit",
    "Hits",
    "Pattern",
    "PatternOptions",
    "PatternReport",
    "Rows",
    "Usage",
    "carried",
    "find_patterns",
    "human_usage",
]
