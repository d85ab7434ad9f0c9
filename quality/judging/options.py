"""Choosing between fixed answers by their likelihoods: how a model is asked that cannot write a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...llm import LLM


async def shares_of(
    llm: LLM, before: str, options: Sequence[str], neutral: str
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    """How a model divides its belief between some continuations.

    A small model likes some words whatever stands before them. So each option counts by how much likelier the text
    makes it than a neutral text of the same shape does.

    Args:
        llm: a model that scores.
        before: the text that an option follows.
        options: the continuations, each with the space it begins with.
        neutral: the same text with nothing in it to go by.

    Returns:
        The options' shares, which sum to 1, and the keys of the calls.
    """
    gains: list[float] = []
    calls: list[str] = []
    # One after the other: each finds the slot of a local model that has just read the same text.
    for option in options:
        told = await llm.score(before, option)
        prior = await llm.score(neutral, option)
        gains.append(told.total - prior.total)
        calls += [*told.calls, *prior.calls]
    best = max(gains)
    weights = [math.exp(gain - best) for gain in gains]
    total = sum(weights)
    return tuple(weight / total for weight in weights), tuple(calls)
