"""filter: anybody's data through a policy, every row accounted for."""

from .filter import filter
from .result import FilterResult

__all__ = ["FilterResult", "filter"]
