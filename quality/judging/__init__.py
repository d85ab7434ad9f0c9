"""Checks that ask models: rubric judges, comparisons, and what a model's likelihoods say of a row."""

from .calibration import QUALITY, UNCALIBRATED, Agreement, Calibration, read_calibration
from .likelihood import InstructionFollowingDifficulty, Perplexity
from .pairwise import PairwiseJudge
from .rubric_judge import RubricJudge

__all__ = [
    "QUALITY",
    "UNCALIBRATED",
    "Agreement",
    "Calibration",
    "InstructionFollowingDifficulty",
    "PairwiseJudge",
    "Perplexity",
    "RubricJudge",
    "read_calibration",
]
