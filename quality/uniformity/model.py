"""What a language model makes of a set: how predictable its texts are, and how it would begin its answers.

Opt-in: the model comes as two functions, so that nothing here loads one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from ..patterns.draw import Rows, draw, opened
from ..patterns.fields import INSTRUCTIONS, RESPONSES
from .panel import Value

LogLikelihoods = Callable[[Sequence[tuple[str, str]]], Sequence[Sequence[float]]]
"""(Prompt, answer) -> natural log-likelihood of every token of each answer after its prompt."""
FirstTokens = Callable[[Sequence[str]], Sequence[Mapping[str, float]]]
"""Prompts -> for each, the likeliest first tokens of an answer and their probabilities."""


@dataclass(frozen=True, slots=True)
class ModelMeasures:
    """Predictability of a set under one model."""

    perplexity: Value
    """exp of the mean negative log-likelihood of an answer's tokens, averaged over answers in the logarithm."""
    spread: float
    """Standard deviation of an answer's mean negative log-likelihood, in nats: uniform sets are uniformly easy."""
    answers: int
    """Answers with tokens."""
    first_token_entropy: Value | None
    """Bits: how sure the model is of the first token of its own answers; None if it was not asked."""
    commonest_first_token: tuple[str, float] | None
    """The token that is likeliest to come first, averaged over prompts, and its probability."""


def model_measures(
    rows: Rows,
    log_likelihoods: LogLikelihoods,
    first_tokens: FirstTokens | None = None,
    *,
    sample: int = 200,
    seed: int = 0,
) -> ModelMeasures:
    """Measure a part of a set under a model.

    Args:
        rows: rows with an instruction and an answer.
        log_likelihoods: scores answers.
        first_tokens: tells how the model would begin; it may leave out the tail, which then counts as one token.
        sample: rows that are drawn.
        seed: of the draw.

    Raises:
        ValueError: no row has an answer, or the model scored another number of answers than it was given.
    """
    drawn = draw(opened(rows, "rows"), sample, seed, (*RESPONSES, *INSTRUCTIONS))
    asked = [(_first(row.fields, INSTRUCTIONS), _first(row.fields, RESPONSES)) for row in drawn]
    asked = [pair for pair in asked if pair[1].strip()]
    if not asked:
        message = f"none of {len(drawn)} rows has an answer in {', '.join(RESPONSES)}"
        raise ValueError(message)
    scored = log_likelihoods(asked)
    if len(scored) != len(asked):
        message = f"log_likelihoods gave {len(scored)} answers' scores for {len(asked)} answers"
        raise ValueError(message)
    losses = [-fmean(tokens) for tokens in scored if tokens]
    entropy, commonest = (None, None) if first_tokens is None else _beginnings(first_tokens([ask for ask, _ in asked]))
    logarithm = _interval(losses)
    perplexity = Value(*(math.exp(one) for one in (logarithm.value, logarithm.low, logarithm.high)))
    return ModelMeasures(perplexity, pstdev(losses), len(losses), entropy, commonest)


def _first(fields: Mapping[str, object], names: Sequence[str]) -> str:
    return next((text for name in names if isinstance(text := fields.get(name), str) and text.strip()), "")


def _interval(values: Sequence[float]) -> Value:
    """Mean and 95 % interval."""
    middle = fmean(values)
    error = 1.96 * pstdev(values) / max(len(values) - 1, 1) ** 0.5
    return Value(middle, middle - error, middle + error)


def _beginnings(found: Sequence[Mapping[str, float]]) -> tuple[Value, tuple[str, float]]:
    entropies = []
    mean: dict[str, float] = {}
    for one in found:
        rest = max(0.0, 1.0 - sum(one.values()))
        entropies.append(-sum(p * math.log2(p) for p in (*one.values(), rest) if p > 0))
        for token, p in one.items():
            mean[token] = mean.get(token, 0.0) + p / len(found)
    token = max(sorted(mean), key=lambda name: mean[name])
    return _interval(entropies), (token, mean[token])
