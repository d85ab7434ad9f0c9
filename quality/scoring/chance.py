"""What guessing gets in a multiple-choice exam, exactly, and the two rules by which an exam is passed.

Thresholds are taken as the decimal numbers that they are written as, and shares as fractions: with binary floats
0.58 x 50 is not 29, and a strict comparison would turn on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import Literal

Rule = Literal["threshold", "binomial"]
OPTIONS = 4


def pmf(questions: int, options: int = OPTIONS) -> list[Fraction]:
    """Probability that a guesser gets 0, 1 ... `questions` of them right."""
    hit = Fraction(1, options)
    return [comb(questions, k) * hit**k * (1 - hit) ** (questions - k) for k in range(questions + 1)]


@lru_cache(maxsize=1024)
def guessing_rate(questions: int, threshold: float, options: int = OPTIONS) -> float:
    """Probability that a guesser's accuracy is above the threshold.

    Args:
        questions: of one exam.
        threshold: share of right answers, 0 to 1, that must be exceeded.
        options: of each question.

    Returns:
        0.15625 for 3 questions of 4 options and a threshold of 0.6; 0 for an exam without questions.
    """
    bar = Fraction(str(threshold))
    return float(sum(p for k, p in enumerate(pmf(questions, options)) if questions and Fraction(k, questions) > bar))


def p_value(right: int, questions: int, options: int = OPTIONS) -> float:
    """Probability that a guesser gets at least `right` of the questions right (one-sided binomial test)."""
    return float(sum(pmf(questions, options)[right:]))


@lru_cache(maxsize=1024)
def passing_rate_of_guessing(rule: Rule, questions: int, threshold: float, alpha: float) -> float:
    """Probability that a guesser passes by the rule."""
    if rule == "threshold":
        return guessing_rate(questions, threshold)
    chances = pmf(questions)
    return float(sum(p for k, p in enumerate(chances) if questions and sum(chances[k:]) <= Fraction(str(alpha))))


def accuracy(shares: Sequence[Fraction]) -> Fraction:
    """Mean share of right answers over the questions of an exam, each asked in one or several orders."""
    return sum(shares, Fraction(0)) / len(shares)


def passes(shares: Sequence[Fraction], rule: Rule, threshold: float, alpha: float) -> bool:
    """Whether an exam is passed.

    Args:
        shares: for each question the share of the orders of its options in which the key was chosen.
        rule: threshold: the mean share is above `threshold`. binomial: somebody who guesses would get so many questions
            right with a probability of `alpha` at most; a question is right if the key was chosen in more than half
            of the orders, which a guesser reaches no more often than in one order.
        threshold: 0 to 1.
        alpha: 0 to 1.
    """
    if rule == "threshold":
        return accuracy(shares) > Fraction(str(threshold))
    return sum(pmf(len(shares))[right_questions(shares) :]) <= Fraction(str(alpha))


def right_questions(shares: Sequence[Fraction]) -> int:
    """Questions whose key was chosen in more than half of the orders."""
    return sum(share > Fraction(1, 2) for share in shares)
