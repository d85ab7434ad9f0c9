"""Batch files in the OpenAI format, which `vllm run-batch` reads and writes too: one request or answer a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from ...core.errors import EndpointError, MissingCapability
from ..backends.openai_body import as_json, request_body
from ..request import Request

_URLS = {"chat": "/v1/chat/completions", "text": "/v1/completions"}
_NO_CODE = "no_answer"


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a batch's answers."""

    key: str
    """The request's key: its custom_id."""
    status: int | None
    """HTTP status of that one call; None where it was never made."""
    body: bytes
    """The completion, or what was said of the error, as JSON."""
    code: str = ""
    """Where the call was not made: why ("batch_expired" ...)."""


def url_of(request: Request) -> str:
    """The path that a request goes to; a batch holds requests of one path.

    Raises:
        MissingCapability: batches hold no such requests.
    """
    url = _URLS.get(request.kind)
    if url is None:
        message = "batches hold no requests for log-likelihoods of a given text."
        raise MissingCapability(message, hint="Leave models.<role>.batch out for the role that scores.")
    return url


def request_line(request: Request, *, vllm: bool = True) -> bytes:
    """A request as a line of a batch file, under its key; `vllm`: as vLLM needs it, which others can read as well.

    Raises:
        EndpointError: it cannot be written as JSON.
        MissingCapability: batches hold no such requests.
    """
    line = {
        "custom_id": request.key(),
        "method": "POST",
        "url": url_of(request),
        "body": request_body(request, vllm=vllm),
    }
    return as_json(line) + b"\n"


def write_requests(requests: Iterable[Request], path: Path) -> int:
    """Write a batch file; the number of its lines."""
    lines = [request_line(request) for request in requests]
    path.write_bytes(b"".join(lines))
    return len(lines)


def read_answers(lines: Iterable[bytes]) -> Iterator[Answered | None]:
    """Read the answers of a batch, or its errors; None for a line that is neither."""
    for line in lines:
        if line.strip():
            yield _read(line)


def _read(line: bytes) -> Answered | None:
    try:
        entry = orjson.loads(line)
        key = entry["custom_id"]
        response, error = entry.get("response"), entry.get("error")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(key, str):
        return None
    if isinstance(response, dict) and type(response.get("status_code")) is int:
        return Answered(key, response["status_code"], orjson.dumps(response.get("body")))
    if isinstance(error, dict):
        return Answered(key, None, orjson.dumps(error), str(error.get("code") or _NO_CODE))
    return None


def keys_of(path: Path) -> list[str]:
    """The keys of the requests in a batch file.

    Raises:
        EndpointError: a line is no request of ours.
    """
    keys = []
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                keys.append(str(orjson.loads(line)["custom_id"]))
            except (ValueError, KeyError, TypeError):
                message = f"line {number} of the batch file {path} is no request."
                raise EndpointError(message, kind="damaged_batch", hint="Restore the file, or delete it.") from None
    return keys
