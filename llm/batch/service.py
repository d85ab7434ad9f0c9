"""The Files and Batches interfaces of an OpenAI-compatible service."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import orjson

from ...core.errors import EndpointError, FatalEndpointError, RetryableError
from ..backends.openai import OpenAIBackend

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_LISTED = 100
_MOST_PAGES = 50
MARK = "corpusmith"
"""Name of the metadata entry that holds a batch's name."""


@dataclass(frozen=True, slots=True)
class State:
    """What the service says of a batch."""

    id: str
    status: str
    """validating, in_progress, finalizing, completed, failed, expired, cancelling or cancelled."""
    output_file: str = ""
    error_file: str = ""
    done: int = 0
    """Requests that are answered, or failed for good."""
    total: int = 0
    code: str = ""
    """Where the whole batch was refused: the code of the first error."""
    message: str = ""
    """And what was said of it."""


class BatchService:
    """Uploads, submits, looks, downloads: each one call, with nothing tried twice."""

    def __init__(self, api: OpenAIBackend) -> None:
        """Take the connection to the service."""
        self._api = api

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file of requests; its id."""
        boundary = f"corpusmith{secrets.token_hex(16)}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}.jsonl"\r\n'
            "Content-Type: application/jsonl\r\n\r\n"
        )
        body = b"%b%b\r\n--%b--\r\n" % (head.encode(), content, boundary.encode())
        answer = await self._api.post("/files", body, f"multipart/form-data; boundary={boundary}")
        return str(_object(answer)["id"])

    async def submit(self, file_id: str, url: str, name: str) -> State:
        """Submit an uploaded file as a batch."""
        wanted = {
            "input_file_id": file_id,
            "endpoint": url,
            "completion_window": "24h",
            "metadata": {MARK: name},
        }
        # A kept connection may send a second time what the server did not seem to have seen: a batch, and its price.
        return _state(_object(await self._api.post("/batches", orjson.dumps(wanted), fresh=True)))

    async def look(self, batch_id: str) -> State:
        """How far a batch is."""
        return _state(_object(await self._api.get(f"/batches/{batch_id}")))

    async def find(self, name: str) -> State | None:
        """A batch that was submitted under this name, perhaps without our having seen the answer.

        Raises:
            FatalEndpointError: the service does not list batches, so that nobody can tell.
        """
        after = ""
        for _ in range(_MOST_PAGES):
            query = {"limit": str(_LISTED), **({"after": after} if after else {})}
            try:
                page = _object(await self._api.get("/batches", query))
            except RetryableError:
                raise
            except EndpointError as error:
                message = f"it cannot be told whether the batch {name} was submitted: {error.message}"
                hint = "Look for it at the service; delete its .json file beside the journal to submit it again."
                raise FatalEndpointError(message, kind="batch_unknown", status=error.status, hint=hint) from None
            entries = [entry for entry in page.get("data") or [] if isinstance(entry, dict)]
            for entry in entries:
                if (entry.get("metadata") or {}).get(MARK) == name:
                    return _state(entry)
            if not page.get("has_more") or not entries:
                return None
            after = str(entries[-1]["id"])
        return None

    async def download(self, file_id: str) -> bytes:
        """The content of a file, without the key in it."""
        return self._api.secrets.removed(await self._api.get(f"/files/{file_id}/content"))


def _object(answer: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(answer)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        message = f"the service answered 200 with what is no object: {answer[:200].decode('utf-8', 'replace')}"
        raise RetryableError(message, kind="not_a_batch", status=200)
    return found


def _state(entry: dict[str, Any]) -> State:
    counts = entry.get("request_counts") or {}
    errors = (entry.get("errors") or {}).get("data") or []
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    if not entry.get("id") or not entry.get("status"):
        message = f"the service answered 200 with what is no batch: {str(entry)[:200]}"
        raise RetryableError(message, kind="not_a_batch", status=200)
    return State(
        id=str(entry["id"]),
        status=str(entry["status"]),
        output_file=str(entry.get("output_file_id") or ""),
        error_file=str(entry.get("error_file_id") or ""),
        done=int(counts.get("completed") or 0) + int(counts.get("failed") or 0),
        total=int(counts.get("total") or 0),
        code=str(first.get("code") or ""),
        message=str(first.get("message") or ""),
    )
