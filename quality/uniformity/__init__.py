"""How uniform a set is as a whole."""

from .fairness import Fairness, fairness
from .measure import UniformityOptions, measure
from .panel import Line, UniformityPanel, Value

__all__ = ["Fairness", "Line", "UniformityOptions", "UniformityPanel", "Value", "fairness", "measure"]
