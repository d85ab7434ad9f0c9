"""Readers of aspect annotations: ARTS/TOWE JSON, SemEval XML, TOWE TSV, and plain JSON of our own fields."""

from .annotation import AspectProblem
from .cases import CaseSet, read_cases
from .read import AspectData, open_aspects, read_aspects

__all__ = ["AspectData", "AspectProblem", "CaseSet", "open_aspects", "read_aspects", "read_cases"]
