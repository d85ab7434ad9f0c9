"""How uniform a set is as a whole."""

from .fairness import Fairness, fairness
from .measure import UniformityOptions, measure
from .model import ModelMeasures, model_measures
from .panel import Line, UniformityPanel, Value

__all__ = [
    "Fairness",
    "Line",
    "ModelMeasures",
    "UniformityOptions",
    "UniformityPanel",
    "Value",
    "fairness",
    "measure",
    "model_measures",
]
