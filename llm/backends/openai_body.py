"""The body of a request in the OpenAI protocol."""

from __future__ import annotations

from typing import Any

import orjson

from ...core.errors import EndpointError, MissingCapability
from ..request import Request
from .vllm_served import enforceable, particulars

_NEEDS_COMPLETION_TOKENS = ("o1", "o3", "o4", "gpt-5")


def request_body(request: Request, *, vllm: bool = False) -> dict[str, Any]:
    """The request as the members of an OpenAI request body; `vllm`: as that server needs it."""
    body: dict[str, Any] = {"model": request.model}
    if request.kind == "text":
        body["prompt"] = request.prompt
    elif request.kind == "chat":
        body["messages"] = request.messages
    else:
        message = f"{request.endpoint} gives no log-likelihoods of a given text over this interface."
        raise MissingCapability(message, hint="Use a vLLM server, or backend vllm or llamacpp, for what needs scores.")
    body.update(request.sampling)
    if "max_tokens" in body and request.model.startswith(_NEEDS_COMPLETION_TOKENS):
        body["max_completion_tokens"] = body.pop("max_tokens")
    if request.schema is not None and request.structured == "json_schema":
        schema = enforceable(request.schema) if vllm else request.schema
        wrapped = {"name": "answer", "schema": schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": wrapped}
    elif request.schema is not None and request.structured == "json_object":
        body["response_format"] = {"type": "json_object"}
    if vllm:
        body.update(particulars(request))
    body.update(request.extra_body)
    return body


def as_json(body: Any) -> bytes:
    """The members of a request body as JSON.

    Raises:
        EndpointError: a text cannot be written.
    """
    try:
        return orjson.dumps(body)
    except TypeError as error:
        message = f"the request cannot be written as JSON: {error} (a text with lone surrogates?)."
        raise EndpointError(message, kind="unsendable") from None
