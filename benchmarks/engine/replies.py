"""The bytes that the server sends: right answers and all the wrong ones."""

from __future__ import annotations

import json
from typing import Any

from workload import answer_to


def response(body: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json", head: bytes = b"") -> bytes:
    """A whole HTTP response."""
    return b"HTTP/1.1 %s\r\ncontent-type: %s\r\n%scontent-length: %d\r\n\r\n%s" % (status, kind, head, len(body), body)


def as_json(value: Any) -> bytes:
    """A 200 with a JSON body."""
    return response(json.dumps(value).encode())


def error(status: bytes, message: str, head: bytes = b"") -> bytes:
    """An error as such servers word it."""
    body = {"error": {"message": message, "type": "server_error", "code": None}}
    return response(json.dumps(body).encode(), status, head=head)


def refused(kind: str, retry_after: float) -> bytes:
    """The response to a fault that needs no answer."""
    if kind == "p429":
        return error(b"429 Too Many Requests", "Rate limit reached", b"retry-after: %g\r\n" % retry_after)
    if kind == "p500":
        return error(b"500 Internal Server Error", "The server had an error")
    if kind == "p401":
        return error(b"401 Unauthorized", "Incorrect API key provided")
    if kind == "html":
        return response(b"<html><body>upstream is away</body></html>", kind=b"text/html")
    return response(b'{"id":"chatcmpl-x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assi')


def probed(request: bytes) -> bytes:
    """The reply to a request without a marker: the smallest object that its schema allows, or any."""
    try:
        asked = json.loads(request)
        schema = asked.get("response_format", {}).get("json_schema", {}).get("schema")
        if schema is None and asked.get("tools"):
            schema = asked["tools"][0]["function"]["parameters"]
        kinds = {name: of.get("type") for name, of in (schema or {}).get("properties", {}).items()}
    except (ValueError, AttributeError, KeyError):
        kinds = {}
    small: dict[str | None, Any] = {"string": "x", "integer": 1, "number": 1.0, "boolean": True, "array": []}
    return _completion(
        "probe", json.dumps({name: small.get(kind, {}) for name, kind in kinds.items()}), "stop", request
    )


def content(marker: str, fault: str | None) -> str:
    """The text of the answer."""
    right = answer_to(marker)
    told: str = right["answer"]
    text = json.dumps(right)
    if fault == "length":
        return text[: len(text) // 2]
    if fault != "invalid":
        return text
    way = ord(marker[-1]) % 3
    if way == 0:
        return json.dumps({"id": right["id"], "answer": told, "tags": "none"})
    if way == 1:
        return "Sure, here is what you asked for: " + told
    return text[:-9]


def completion(marker: str, fault: str | None, request: bytes) -> bytes:
    """The answer to a prompt, or the wrong one that the fault says."""
    return _completion(marker, content(marker, fault), "length" if fault == "length" else "stop", request)


def _completion(marker: str, text: str, finish: str, request: bytes) -> bytes:
    """A chat completion; a request that offers tools gets its answer as a call of the first one."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if b'"tool_choice"' in request and b'"tools"' in request:
        name = json.loads(request)["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    asked, written = len(request) // 4, len(text) // 4
    return as_json(
        {
            "id": f"chatcmpl-{marker}",
            "object": "chat.completion",
            "created": 1700000000,
            "model": "mock",
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": {"prompt_tokens": asked, "completion_tokens": written, "total_tokens": asked + written},
        }
    )
