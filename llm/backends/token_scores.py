"""Token log-likelihoods as they are stored, and which part of the scored text each token stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from ...core.errors import EndpointError
from ..request import Reply, TokenScore, Usage

FLOOR = -103.3
"""Log of the smallest positive single: what is told of a probability that underflows differs from server to server."""
_NOT_WHOLE = "\ufffd"
_NEAR = 16
"""Characters that may lie before a token's text: more of them, and the text is found in a wrong place."""


def texts_of(continuation: str, decoded: Sequence[str]) -> tuple[str, ...]:
    """The parts of a text that its tokens stand for: they join to the text, whatever the tokens look like alone.

    A token's own text may lack its space, or be no whole character. A character that is cut by a border between
    tokens belongs to the last of them.

    Args:
        continuation: the text.
        decoded: each token as its server shows it.
    """
    parts = [""] * len(decoded)
    at = 0
    for number, shown in enumerate(decoded):
        if not shown or _NOT_WHOLE in shown:
            continue
        found = continuation.find(shown, at, at + _NEAR + len(shown))
        if found < 0:
            continue
        # What lies between belongs to the tokens before that were no whole characters, or to this one (its space).
        if number and not parts[number - 1] and found > at:
            parts[number - 1] = continuation[at:found]
            at = found
        parts[number] = continuation[at : found + len(shown)]
        at = found + len(shown)
    if parts:
        parts[-1] += continuation[at:]
    return tuple(parts)


def stored(texts: Sequence[str], logprobs: Sequence[float], prompt_tokens: int) -> bytes:
    """Compact JSON that `read_scores` reads.

    Args:
        texts: of the continuation's tokens.
        logprobs: theirs, in nats.
        prompt_tokens: number of tokens before them.
    """
    numbers = [max(number, FLOOR) for number in logprobs]
    return orjson.dumps({"tokens": texts, "logprobs": numbers, "prompt_tokens": prompt_tokens})


def read_scores(raw: bytes) -> Reply:
    """Read what `stored` wrote.

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
