"""Training causal language models: unlearning patterns (docs/unlearning.md). Needs the extra `train`."""

from .options import Method, UnlearningOptions, Weights
from .sets import FlaggedSpan, Message, TrainingRow, UnlearningSets, training_row, unlearning_sets

__all__ = [
    "FlaggedSpan",
    "Message",
    "Method",
    "TrainingRow",
    "UnlearningOptions",
    "UnlearningSets",
    "Weights",
    "training_row",
    "unlearning_sets",
]
