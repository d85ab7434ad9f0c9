"""Log-likelihoods of a given text from a server that only reports on what it writes: it is made to write the text.

The grammar allows one token at each place, so the model has no choice; the log-probabilities that the server reports
are taken from the model's own distribution, before the grammar and the sampling settings.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

import orjson

from ...core.errors import EndpointError
from ..request import Reply, TokenScore, Usage

EMPTY_PROMPT = "<|endoftext|>"
"""What stands before a text that follows nothing. Where it is one token, it is the mark between documents in
training; other models read it as a few characters of noise, the same for every text."""
_FLOOR = -103.3
"""Log of the smallest positive single: the server writes a huge negative number where the probability underflows."""


def forcing_body(prompt: Sequence[int], target: Sequence[int], slot: int) -> bytes:
    """The body for /completion that makes the server write `target` after `prompt` (token ids)."""
    body = {
        "prompt": list(prompt),
        "n_predict": len(target),
        "n_probs": 1,
        "return_tokens": True,
        "grammar": "%llguidance {}\nstart: " + " ".join(f"<[{token}]>" for token in target),
        # The least work per token: the grammar leaves one candidate, and nothing else is needed to pick it.
        "samplers": ["top_k"],
        "top_k": 1,
        "temperature": 0,
        "id_slot": slot,
    }
    return orjson.dumps(body)


def pack_scores(raw: bytes, target: Sequence[int], prompt_tokens: int, continuation: str) -> bytes:
    """What is kept of the server's answer: token texts, log-probabilities, number of prompt tokens; compact JSON.

    Raises:
        EndpointError: the server wrote other tokens than it was told to.
    """
    try:
        body = orjson.loads(raw)
        written, entries = body["tokens"], body["completion_probabilities"]
        numbers = [max(float(entry["logprob"]), _FLOOR) for entry in entries]
        texts = _texts([bytes(entry["bytes"]) for entry in entries])
    except (ValueError, KeyError, TypeError) as error:
        message = f"the server's answer has no token probabilities ({type(error).__name__}: {error})."
        raise EndpointError(message, kind="not_a_score", body=raw[:300].decode("utf-8", "replace")) from None
    if written != list(target) or len(numbers) != len(target):
        message = f"the server wrote {len(written)} tokens of its own instead of the {len(target)} of {continuation!r}."
        raise EndpointError(message, kind="not_a_score")
    return orjson.dumps({"tokens": texts, "logprobs": numbers, "prompt_tokens": prompt_tokens})


def _texts(parts: Sequence[bytes]) -> list[str]:
    """Texts of the tokens that join to the whole text: a character cut by a border goes to its last token."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return [decoder.decode(part, final=at == len(parts) - 1) for at, part in enumerate(parts)]


def read_scores(raw: bytes) -> Reply:
    """Read what `pack_scores` made.

    Raises:
        EndpointError: it is something else.
    """
    try:
        kept: dict[str, Any] = orjson.loads(raw)
        pairs = zip(kept["tokens"], kept["logprobs"], strict=True)
        scores = tuple(TokenScore(str(text), float(number)) for text, number in pairs)
        usage = Usage(int(kept["prompt_tokens"]), len(scores))
    except (ValueError, KeyError, TypeError) as error:
        message = f"a stored score cannot be read ({type(error).__name__}: {error})."
        raise EndpointError(message, kind="not_a_score", body=raw[:300].decode("utf-8", "replace")) from None
    return Reply(text="".join(score.text for score in scores), usage=usage, scores=scores, raw=raw)
