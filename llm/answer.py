"""What a builder gets from `ask` and `score`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .request import TokenScore


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer: its text, and its value where a schema was given."""

    text: str
    value: Any
    """The validated pydantic object or plain data; the text itself where no schema was given."""
    calls: tuple[str, ...]
    """Keys of the calls it took, the accepted one last."""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Log-likelihood of a continuation given a prompt."""

    tokens: tuple[TokenScore, ...]
    calls: tuple[str, ...]

    @property
    def total(self) -> float:
        """Sum of the tokens' log-probabilities, in nats."""
        return sum(t.logprob for t in self.tokens)

    @property
    def mean(self) -> float:
        """Log-probability per token, in nats; 0 for an empty continuation."""
        return self.total / len(self.tokens) if self.tokens else 0.0
