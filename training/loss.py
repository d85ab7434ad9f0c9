"""The loss of unlearning, as plain functions of logits.

    L = wf * mean(-log(1 - p_t)) over the flagged tokens t of forget rows
      + wr * mean(-log p_t)      over the answers' tokens t of replay rows
      + wk * mean(KL(original || current)) over the answers' tokens of retain rows

Source: Chen et al. 2024, "Unveiling the Flaws: Exploring Imperfections in Synthetic Data and Mitigation Strategies for
LLMs", whose abstract names the three parts (a lower-bounded forgetting loss, replay, bias mitigation). The equations
here are our reading of it, not the authors'. -log(1 - p) is bounded below by 0, so that a token that is forgotten
pulls no more (its gradient with respect to the token's logit is p), where the gradient of plain ascent on -log p grows
without end.

The divergence may be taken at the flagged tokens as well (`UnlearningOptions.anchor`): what is to be forgotten is the
preference, not the language. Without that the inner words of a pattern, which follow from its first ones in any
English, end far less likely than they ever were.

Everywhere logits are (positions, vocabulary), already those of the positions that count; targets are the tokens that
stand there, (positions,) of int64. A mean over no position is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .options import Weights

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Terms:
    """The loss and its parts, each a scalar that can be differentiated, before its weight."""

    total: Tensor
    forget: Tensor
    replay: Tensor
    retain: Tensor


def forgetting(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of -log(1 - p_t), p_t the probability of the token that stands there: 0 at least.

    1 - p is not computed from p, which is 1.0 in 32 bits long before a model is entirely sure: it is the share of all
    other tokens.
    """
    import torch

    others = logits.scatter(1, targets[:, None], float("-inf"))
    return _mean(torch.logsumexp(logits, 1) - torch.logsumexp(others, 1))


def likelihood(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean of -log p_t, in nats."""
    import torch

    return _mean(torch.logsumexp(logits, 1) - logits.gather(1, targets[:, None])[:, 0])


def divergence(original: Tensor, current: Tensor) -> Tensor:
    """Mean of KL(original || current) in nats: what the current model does not expect and the original one does.

    Args:
        original: logits of the model to stay near to; they get no gradient.
        current: logits of the model that is trained, for the same positions.
    """
    import torch

    wanted = torch.log_softmax(original.detach(), 1)
    return _mean((wanted.exp() * (wanted - torch.log_softmax(current, 1))).sum(1))


def unlearning_loss(
    forget: tuple[Tensor, Tensor],
    replay: tuple[Tensor, Tensor],
    retain: tuple[Tensor, Tensor],
    weights: Weights,
) -> Terms:
    """The whole loss.

    Args:
        forget: logits and targets of the flagged tokens of forget rows.
        replay: logits and targets of the answers of replay rows.
        retain: logits of the original model, and of the current one, where the two are to agree: on the answers of
            retain rows, and on the flagged tokens if these are to be no less likely than they were.
        weights: of the three terms.
    """
    terms = forgetting(*forget), likelihood(*replay), divergence(*retain)
    total = weights.forget * terms[0] + weights.replay * terms[1] + weights.retain * terms[2]
    return Terms(total, *terms)


def _mean(values: Tensor) -> Tensor:
    return values.mean() if values.numel() else values.sum()
