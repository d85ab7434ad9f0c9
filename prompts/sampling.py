"""The sampling parameters that endpoints know, by their usual names."""

from __future__ import annotations

import difflib

KNOWN = frozenset({
    "best_of", "frequency_penalty", "ignore_eos", "length_penalty", "logit_bias", "logprobs", "max_completion_tokens",
    "max_tokens", "min_p", "min_tokens", "mirostat", "n_predict", "presence_penalty", "reasoning_effort",
    "repeat_last_n", "repeat_penalty", "repetition_penalty", "seed", "stop", "stop_token_ids", "temperature", "top_a",
    "top_k", "top_logprobs", "top_n_sigma", "top_p", "typical_p", "verbosity",
})  # fmt: skip


def misspelt(name: str) -> str | None:
    """The parameter that `name` looks like a slip of; None for a known one and for one of an endpoint's own."""
    if name in KNOWN:
        return None
    near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.75)
    return near[0] if near else None
