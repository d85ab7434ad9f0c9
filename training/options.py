"""What an unlearning can be told."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["unlearn", "replay-only", "gradient-ascent"]
"""unlearn: the loss of three terms. replay-only: its replay term alone, what plain further training does.
gradient-ascent: the likelihood of the flagged spans is pushed down without a bound, and nothing else is asked for."""


class Weights(BaseModel):
    """Weights of the three terms of the loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    forget: float = Field(default=1.0, ge=0)
    """wf: of forgetting the flagged spans."""
    replay: float = Field(default=1.0, ge=0)
    """wr: of the likelihood of the replay rows."""
    retain: float = Field(default=1.0, ge=0)
    """wk: of the divergence from the base model on the retain rows."""


class UnlearningOptions(BaseModel):
    """Options of an unlearning."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Method = "unlearn"
    weights: Weights = Weights()
    anchor: bool = True
    """Whether the model is kept near the base at the flagged tokens too, which end as likely as they were to it."""
    steps: int = Field(default=24, ge=1)
    """Steps at most; the stop rule ends it earlier."""
    batch: int = Field(default=4, ge=1)
    """Rows of each set in a step."""
    learning_rate: float = Field(default=2e-5, gt=0)
    """Of AdamW, constant, without decay."""
    clip: float = Field(default=1.0, gt=0)
    """Norm that the gradient is cut to."""
    max_tokens: int = Field(default=512, ge=8)
    """A row's tokens; what is longer is cut at the end."""
    check_every: int = Field(default=1, ge=1)
    """Steps between two looks at the held-out rows."""
    stop: bool = True
    """Whether the stop rule may end it before the last step."""
    back: float = Field(default=0.9, gt=0, le=1)
    """Share of the base model's NLL of the held-out flagged tokens at which the stop rule ends it."""
    seed: int = 17
    """Decides which rows are in which step."""
