"""What a model does, in numbers: likelihoods, what it begins answers with, what it writes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import CausalLM
from .tokens import Batch, Encoded, batch_of, beginning

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Measures:
    """A model beside its base, in nats."""

    nll_flagged: float
    """Per flagged token of the held-out rows: how unlikely the patterns are."""
    nll_held_out: float
    """Per token of the held-out rows' answers."""
    nll_retain: float
    """Per token of the retain rows' answers."""
    first_entropy: float
    """Mean entropy of the token that begins an answer, over the questions of the retain rows."""
    first_divergence: float
    """Mean KL(base || model) of that token."""


def measures_of(made: CausalLM, base_first: Tensor, held_out: Sequence[Encoded], retain: Sequence[Encoded]) -> Measures:
    """Measure a model.

    Args:
        made: the model.
        base_first: `first_tokens` of the base model on the questions of `retain`.
        held_out: rows with flagged spans that no model was trained on.
        retain: rows without patterns.
    """
    first = first_tokens(made, [asked(row) for row in retain])
    return Measures(
        mean_nll(made, held_out, flagged),
        mean_nll(made, held_out, answers),
        mean_nll(made, retain, answers),
        float(entropies(first).mean()),
        float(divergences(base_first, first).mean()),
    )


def answers(batch: Batch) -> Tensor:
    """The tokens of answers."""
    return batch.answer


def flagged(batch: Batch) -> Tensor:
    """The tokens of flagged spans."""
    return batch.flagged


def logits_at(made: CausalLM, batch: Batch, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (positions, vocabulary) from which the masked tokens are told, and those tokens (positions,)."""
    wanted, targets = mask[:, 1:], batch.tokens[:, 1:]
    inputs = {"input_ids": batch.tokens, "attention_mask": batch.attention}
    if "logits_to_keep" in inspect.signature(made.model.forward).parameters:
        # A vocabulary's logits are a fifth of a small model's work, and questions need none.
        kept = wanted.any(0).nonzero()[:, 0]
        output = made.model(**inputs, logits_to_keep=kept).logits
        return output[wanted[:, kept]].float(), targets[wanted]
    return made.model(**inputs).logits[:, :-1][wanted].float(), targets[wanted]


def token_nlls(made: CausalLM, rows: Sequence[Encoded], part: Callable[[Batch], Tensor], size: int = 8) -> Tensor:
    """-log p of every token of a part of all rows, in nats: (tokens,), in the order of rows.

    Args:
        made: the model.
        rows: one at least.
        part: which tokens of a batch count: `flagged` or `answers`.
        size: rows at a time.
    """
    import torch

    found = []
    with torch.no_grad():
        for start in range(0, len(rows), size):
            batch = batch_of(rows[start : start + size], made.pad, made.device)
            logits, targets = logits_at(made, batch, part(batch))
            found.append(torch.nn.functional.cross_entropy(logits, targets, reduction="none"))
    return torch.cat(found)


def mean_nll(made: CausalLM, rows: Sequence[Encoded], part: Callable[[Batch], Tensor]) -> float:
    """Mean of `token_nlls`, in nats per token."""
    return float(token_nlls(made, rows, part).mean())


def back_at(base: Tensor, nlls: Tensor) -> float:
    """How much of the base model's surprise at flagged tokens a model has: 1 if no token is likelier than to the base.

    Token by token: one that is less likely than to the base makes up for no other.

    Args:
        base: `token_nlls` of the base model.
        nlls: those of the model, for the same tokens.
    """
    import torch

    return float(torch.minimum(base, nlls).sum() / base.sum().clamp(min=1e-12))


def prompt_tokens(made: CausalLM, prompt: str, system: str = "") -> list[int]:
    """A question as the model is shown it, up to where its answer begins.

    Args:
        made: the model.
        prompt: the user's message.
        system: the system message; without one, what the chat template makes of that.
    """
    if getattr(made.tokenizer, "chat_template", None):
        told = [{"role": "system", "content": system}] if system else []
        turns = [*told, {"role": "user", "content": prompt}]
        text = made.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    else:
        text = beginning(made.tokenizer) + "".join(f"{part}\n\n" for part in (system, prompt) if part)
    return list(made.tokenizer(text, add_special_tokens=False)["input_ids"])


def asked(row: Encoded) -> tuple[int, ...]:
    """The tokens of a row up to where its first answer begins."""
    return row.tokens[: row.answer.index(True)]


def first_tokens(made: CausalLM, prompts: Sequence[Sequence[int]], size: int = 16) -> Tensor:
    """Log-probabilities (prompts, vocabulary) of the token that an answer begins with.

    Args:
        made: the model.
        prompts: tokens, as `prompt_tokens` or `asked` gives them.
        size: prompts at a time.
    """
    import torch

    found = []
    with torch.no_grad():
        for start in range(0, len(prompts), size):
            tokens, attention = _left_padded(made, prompts[start : start + size])
            logits = made.model(input_ids=tokens, attention_mask=attention, position_ids=_positions(attention)).logits
            found.append(torch.log_softmax(logits[:, -1].float(), 1))
    return torch.cat(found)


def entropies(log_probs: Tensor) -> Tensor:
    """Entropy of each row of log-probabilities, in nats: (rows,)."""
    return -(log_probs.exp() * log_probs).sum(1)


def divergences(base: Tensor, other: Tensor) -> Tensor:
    """KL(base || other) of each row of log-probabilities, in nats: (rows,)."""
    return (base.exp() * (base - other)).sum(1)


def greedy(made: CausalLM, prompts: Sequence[Sequence[int]], longest: int) -> list[str]:
    """What the model answers when it always takes the likeliest token.

    Args:
        made: the model.
        prompts: tokens; all are answered at once.
        longest: tokens of an answer at most.
    """
    import torch

    tokens, attention = _left_padded(made, prompts)
    with torch.no_grad():
        found = made.model.generate(
            input_ids=tokens,
            attention_mask=attention,
            max_new_tokens=longest,
            do_sample=False,
            num_beams=1,
            repetition_penalty=1.0,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=made.pad,
        )
    written = found[:, tokens.shape[1] :].tolist()
    return [made.tokenizer.decode(one, skip_special_tokens=True).strip() for one in written]


def _left_padded(made: CausalLM, prompts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Tokens and attention of prompts, padded at the beginning so that all of them end at the same place."""
    import torch

    longest = max(len(one) for one in prompts)
    tokens = [[made.pad] * (longest - len(one)) + list(one) for one in prompts]
    attention = [[0] * (longest - len(one)) + [1] * len(one) for one in prompts]
    return torch.tensor(tokens, device=made.device), torch.tensor(attention, device=made.device)


def _positions(attention: Tensor) -> Tensor:
    return (attention.cumsum(1) - 1).clamp(min=0)
