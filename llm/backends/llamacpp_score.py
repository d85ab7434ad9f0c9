"""Log-likelihoods of a given text from a server that only reports on what it writes: it is made to write the text.

The grammar allows one token at each place, so the model has no choice; the log-probabilities that the server reports
are taken from the model's own distribution, before the grammar and the sampling settings.

The continuation is cut into tokens by itself, as it stands: begin it with its space (" Paris") where one belongs
between it and the prompt, and end the prompt without one.
"""

from __future__ import annotations

import codecs
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ...core.errors import EndpointError
from .token_scores import stored

Post = Callable[[str, bytes], Awaitable[bytes]]
"""POST of a JSON body to a path of the server; the body of the answer."""

EMPTY_PROMPT = "<|endoftext|>"
"""What stands before a text that follows nothing, in models that put no mark of their own there. Where it is one
token, it is the mark between documents in training; other models read a few characters, the same for every text."""
_LIKELY = 2_000
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A continuation in tokens."""

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    """They join to the continuation: a character cut by a border between tokens belongs to its last token."""
    whole: tuple[bool, ...]
    """Whether the text up to and with this token ends with a whole character."""


async def tokens_of(post: Post, text: str) -> list[int]:
    """Token ids of a prompt; markers like <|im_start|> are read as such, and the model's own first token is added."""
    answer = await _tokenized(post, text, {"add_special": True, "parse_special": True})
    return list(answer)


async def target_of(post: Post, text: str) -> Target:
    """The tokens of a continuation, markers being plain text.

    Raises:
        EndpointError: it has none, or cannot be written as UTF-8.
    """
    entries = await _tokenized(post, text, {"add_special": False, "parse_special": False, "with_pieces": True})
    if not entries:
        message = f"there is nothing to score: the continuation {text!r} has no tokens."
        raise EndpointError(message, kind="empty_continuation")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    texts, whole = [], []
    for entry in entries:
        piece = entry["piece"]
        texts.append(decoder.decode(piece.encode() if isinstance(piece, str) else bytes(piece)))
        whole.append(not decoder.getstate()[0])
    return Target(tuple(entry["id"] for entry in entries), tuple(texts), tuple(whole))


async def _tokenized(post: Post, text: str, options: dict[str, bool]) -> list[Any]:
    try:
        body = orjson.dumps({"content": text, **options})
    except TypeError as error:
        message = f"the text cannot be sent: {error} (lone surrogates?)."
        raise EndpointError(message, kind="unsendable") from None
    return list(orjson.loads(await post("/tokenize", body))["tokens"])


async def score(post: Post, prompt: Sequence[int], target: Target, slot: int) -> bytes:
    """Score a continuation in one slot.

    Returns:
        Compact JSON that `read_scores` reads: token texts, log-probabilities in nats, number of prompt tokens.

    Raises:
        EndpointError: the server did not do as it was told.
    """
    answer = await _forced(post, prompt, target.ids, 1, slot)
    # The server leaves out tokens after which a character is incomplete; those are looked up one by one.
    reported = [at for at, whole in enumerate(target.whole) if whole]
    entries = answer["completion_probabilities"]
    if [entry["id"] for entry in entries] != [target.ids[at] for at in reported]:
        message = f"the server reports on {len(entries)} tokens where {len(reported)} were written."
        raise EndpointError(message, kind="not_a_score")
    numbers = {at: float(entry["logprob"]) for at, entry in zip(reported, entries, strict=True)}
    for at in range(len(target.ids)):
        if at not in numbers:
            numbers[at] = await _looked_up(post, [*prompt, *target.ids[:at]], target.ids[at], slot)
    return stored(target.texts, [numbers[at] for at in range(len(target.ids))], len(prompt))


async def _looked_up(post: Post, before: Sequence[int], token: int, slot: int) -> float:
    """Log-probability of one token from the list of all at its place, likeliest first."""
    other = await tokens_of(post, "a")
    for count in (_LIKELY, _ALL):
        answer = await _forced(post, before, other[-1:], count, slot)
        for entry in answer["completion_probabilities"][0]["top_logprobs"]:
            if entry["id"] == token:
                return float(entry["logprob"])
    message = f"the server gives no probability for token {token}."
    raise EndpointError(message, kind="not_a_score")


async def _forced(post: Post, prompt: Sequence[int], target: Sequence[int], n_probs: int, slot: int) -> dict[str, Any]:
    body = {
        "prompt": list(prompt),
        "n_predict": len(target),
        "n_probs": n_probs,
        "return_tokens": True,
        "grammar": "%llguidance {}\nstart: " + " ".join(f"<[{token}]>" for token in target),
        # The least work per token: the grammar leaves one candidate, and nothing else is needed to pick it.
        "samplers": ["top_k"],
        "top_k": 1,
        "temperature": 0,
        "id_slot": slot,
    }
    answer: dict[str, Any] = orjson.loads(await post("/completion", orjson.dumps(body)))
    if answer.get("tokens") != list(target) or "completion_probabilities" not in answer:
        message = f"the server did not write the {len(target)} tokens that it was told to write."
        raise EndpointError(message, kind="not_a_score")
    return answer
