"""What a model does, in numbers: likelihoods, what it begins answers with, what it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .models import CausalLM
from .tokens import Batch, Encoded, batch_of, beginning

if TYPE_CHECKING:
    from torch import Tensor


def logits_at(made: CausalLM, batch: Batch, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (positions, vocabulary) from which the masked tokens are told, and those tokens (positions,)."""
    output = made.model(input_ids=batch.tokens, attention_mask=batch.attention).logits
    wanted = mask[:, 1:]
    return output[:, :-1][wanted].float(), batch.tokens[:, 1:][wanted]


def mean_nll(made: CausalLM, rows: Sequence[Encoded], part: Callable[[Batch], Tensor], size: int = 8) -> float:
    """Mean of -log p over the tokens of a part of all rows, in nats per token.

    Args:
        made: the model.
        rows: one at least.
        part: which tokens of a batch count, such as `lambda batch: batch.flagged`.
        size: rows at a time.
    """
    import torch

    total, tokens = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(rows), size):
            batch = batch_of(rows[start : start + size], made.pad, made.device)
            logits, targets = logits_at(made, batch, part(batch))
            total += torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item()
            tokens += targets.numel()
    return total / max(tokens, 1)


def prompt_tokens(made: CausalLM, prompt: str) -> list[int]:
    """A question as the model is shown it, up to where its answer begins."""
    if getattr(made.tokenizer, "chat_template", None):
        asked = [{"role": "user", "content": prompt}]
        text = made.tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    else:
        text = f"{beginning(made.tokenizer)}{prompt}\n\n"
    return list(made.tokenizer(text, add_special_tokens=False)["input_ids"])


def first_tokens(made: CausalLM, prompts: Sequence[str], size: int = 16) -> Tensor:
    """Log-probabilities (prompts, vocabulary) of the token that an answer begins with."""
    import torch

    found = []
    with torch.no_grad():
        for start in range(0, len(prompts), size):
            tokens, attention = _left_padded(made, prompts[start : start + size])
            logits = made.model(input_ids=tokens, attention_mask=attention, position_ids=_positions(attention)).logits
            found.append(torch.log_softmax(logits[:, -1].float(), 1))
    return torch.cat(found)


def entropies(log_probs: Tensor) -> list[float]:
    """Entropy of each row of log-probabilities, in nats."""
    return [float(one) for one in -(log_probs.exp() * log_probs).sum(1)]


def divergences(base: Tensor, other: Tensor) -> list[float]:
    """KL(base || other) of each row of log-probabilities, in nats."""
    return [float(one) for one in (base.exp() * (base - other)).sum(1)]


def greedy(made: CausalLM, prompts: Sequence[str], longest: int) -> list[str]:
    """What the model answers when it always takes the likeliest token.

    Args:
        made: the model.
        prompts: all are answered at once.
        longest: tokens of an answer at most.
    """
    import torch

    tokens, attention = _left_padded(made, prompts)
    ends = _ends(made)
    written: list[list[int]] = [[] for _ in prompts]
    going = list(range(len(prompts)))
    step: dict[str, Any] = {"input_ids": tokens, "attention_mask": attention, "position_ids": _positions(attention)}
    with torch.no_grad():
        output = made.model(use_cache=True, **step)
        for _ in range(longest):
            likeliest = output.logits[:, -1].argmax(1)
            still = [at for at, token in enumerate(likeliest.tolist()) if token not in ends]
            going = [at for at in going if at in still]
            for at in going:
                written[at].append(int(likeliest[at]))
            if not going:
                break
            attention = torch.cat([attention, torch.ones_like(attention[:, :1])], 1)
            output = made.model(
                input_ids=likeliest[:, None],
                attention_mask=attention,
                position_ids=_positions(attention)[:, -1:],
                past_key_values=output.past_key_values,
                use_cache=True,
            )
    return [made.tokenizer.decode(one, skip_special_tokens=True).strip() for one in written]


def _ends(made: CausalLM) -> set[int]:
    known = [made.tokenizer.eos_token_id, getattr(made.model.generation_config, "eos_token_id", None)]
    return {token for one in known for token in (one if isinstance(one, list) else [one]) if token is not None}


def _left_padded(made: CausalLM, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Tokens and attention of prompts, padded at the beginning so that all of them end at the same place."""
    import torch

    every = [prompt_tokens(made, prompt) for prompt in prompts]
    longest = max(len(one) for one in every)
    tokens = [[made.pad] * (longest - len(one)) + one for one in every]
    attention = [[0] * (longest - len(one)) + [1] * len(one) for one in every]
    return torch.tensor(tokens, device=made.device), torch.tensor(attention, device=made.device)


def _positions(attention: Tensor) -> Tensor:
    return (attention.cumsum(1) - 1).clamp(min=0)
