"""What is different with a vLLM server: log-likelihoods of a given text, prefilled answers, schemas that it refuses."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson

from ...core.errors import EndpointError
from ..request import Request
from .llamacpp_score import EMPTY_PROMPT
from .portable_schema import portable
from .token_scores import stored, texts_of

Post = Callable[[str, Any], Awaitable[bytes]]
"""POST of plain data, as JSON, to a path below the base URL; the body of the answer."""

TOKENIZE = "../tokenize"
"""It lies beside /v1, not below it."""
_SCHEMA_REFUSED = re.compile(r"grammar|schema|structured|regex|xgrammar|guidance", re.IGNORECASE)


def is_vllm(listing: bytes) -> bool:
    """Whether the listing of a server's models (`GET /models`) is vLLM's."""
    try:
        entries = orjson.loads(listing)["data"]
        return any(entry.get("owned_by") == "vllm" for entry in entries)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def is_particular(request: Request) -> bool:
    """Whether vLLM must be asked for this in another way than other servers."""
    return request.kind == "score" or request.schema is not None or is_prefilled(request)


def is_prefilled(request: Request) -> bool:
    """Whether the conversation ends with the beginning of the answer."""
    return bool(request.messages) and request.messages[-1].get("role") == "assistant"


def particulars(request: Request) -> dict[str, Any]:
    """Members of the request body that vLLM needs beside the usual ones."""
    if not is_prefilled(request):
        return {}
    return {"add_generation_prompt": False, "continue_final_message": True}


def enforceable(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema without what vLLM answers 400 to (uniqueItems and other keywords)."""
    kept: Mapping[str, Any] = portable(schema)
    return kept


def refuses_schema(error: EndpointError) -> bool:
    """Whether the server said that it cannot hold a model to the schema."""
    return error.status == 400 and _SCHEMA_REFUSED.search(error.body) is not None


async def score(post: Post, request: Request) -> bytes:
    """Token log-likelihoods of the continuation, as `token_scores.read_scores` reads them.

    Prompt and continuation are cut into tokens apart from each other, so that none lies across their border. Unlike
    the embedded model, the server reads markers such as <|im_end|> in a continuation as such.

    Raises:
        EndpointError: the continuation has no tokens, or the answer is none that can be used.
    """
    model = request.model
    target = await _tokens(post, model, request.continuation, special=False)
    if not target:
        message = f"there is nothing to score: the continuation {request.continuation!r} has no tokens."
        raise EndpointError(message, kind="empty_continuation")
    before = await _tokens(post, model, request.prompt, special=True)
    before = before or await _tokens(post, model, EMPTY_PROMPT, special=True)
    body = {"model": model, "prompt": [*before, *target], "max_tokens": 1, "temperature": 0, "prompt_logprobs": 0}
    return scores_in(await post("/completions", body), request.continuation, target, len(before))


async def _tokens(post: Post, model: str, text: str, *, special: bool) -> list[int]:
    answer = await post(TOKENIZE, {"model": model, "prompt": text, "add_special_tokens": special})
    try:
        return [int(token) for token in orjson.loads(answer)["tokens"]]
    except (ValueError, KeyError, TypeError):
        raise _no_score(answer) from None


def scores_in(answer: bytes, continuation: str, target: Sequence[int], prompt_tokens: int) -> bytes:
    """The scores of the continuation in a completion's body with prompt_logprobs, in the form that is stored.

    Raises:
        EndpointError: there are none in it, or those of another text.
    """
    try:
        entries = orjson.loads(answer)["choices"][0]["prompt_logprobs"][prompt_tokens:]
        told = [entry[str(token)] for entry, token in zip(entries, target, strict=True)]
        logprobs = [float(one["logprob"]) for one in told]
        texts = texts_of(continuation, [str(one.get("decoded_token") or "") for one in told])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise _no_score(answer) from None
    return stored(texts, logprobs, prompt_tokens)


def _no_score(answer: bytes) -> EndpointError:
    start = answer[:200].decode("utf-8", "replace")
    message = f"the server was asked for log-likelihoods and answered something else: {start}"
    return EndpointError(message, kind="not_a_score", body=start)
