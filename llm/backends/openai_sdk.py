"""The same endpoint through the openai package: for its ways of authentication, at several times the CPU a call.

Selected by `client: sdk`. Bodies are kept as they came, so that a journal written by one client is read by the other.
"""

from __future__ import annotations

import time
from typing import Any

from ...core.errors import EndpointError, FatalEndpointError, RetryableError
from ..backend import Capabilities
from ..request import Reply, Request
from ..settings import ModelSettings
from .openai import OpenAIBackend, request_body


class OpenAISDKBackend:
    """Chat and text completions through `openai.AsyncOpenAI`."""

    capabilities = Capabilities(chat=True, text=True, score=False, json_schema=True)

    def __init__(self, settings: ModelSettings) -> None:
        """Prepare; the package is imported at the first call."""
        self._settings = settings
        base_url = settings.base_url or "https://api.openai.com/v1"
        self._reader = OpenAIBackend(base_url=base_url, model=settings.model)
        self._base_url = base_url
        self.endpoint = self._reader.endpoint
        self._client: Any = None
        self._reached = False

    async def complete(self, request: Request) -> Reply:
        """Ask the endpoint once; retries are the wrapper's."""
        import openai

        client = self._client or self._connect()
        body = request_body(request)
        model = body.pop("model")
        first = "prompt" if request.kind == "text" else "messages"
        content = body.pop(first)
        api = client.completions if request.kind == "text" else client.chat.completions
        started = time.perf_counter()
        try:
            response = await api.with_raw_response.create(model=model, **{first: content}, extra_body=body)
        except openai.APIStatusError as error:
            raise self._by_status(error) from None
        except openai.APITimeoutError:
            message = f"{self.endpoint} gave no complete reply within {self._settings.timeout:g} s."
            raise RetryableError(message, kind="timeout") from None
        except openai.APIConnectionError as error:
            message = f"{self.endpoint} cannot be reached ({type(error.__cause__ or error).__name__})."
            if self._reached:
                raise RetryableError(message, kind="reset") from None
            hint = "Start the server, or correct models.<role>.base_url."
            raise FatalEndpointError(message, kind="unreachable", hint=hint) from None
        except openai.OpenAIError as error:
            message = f"the openai package cannot send the request: {type(error).__name__}."
            hint = "Set the key in the variable that models.<role>.api_key_env names."
            raise FatalEndpointError(message, kind="client", hint=hint) from None
        self._reached = True
        raw = bytes(response.content)
        reply = self._reader.decode(request, raw)
        return Reply(
            text=reply.text,
            finish_reason=reply.finish_reason,
            reasoning=reply.reasoning,
            usage=reply.usage,
            latency=time.perf_counter() - started,
            raw=raw,
        )

    def _connect(self) -> Any:
        import openai

        # A server on one's own machine takes any key, but the package insists on one.
        key = self._settings.api_key() or "none"
        self._client = openai.AsyncOpenAI(
            api_key=key, base_url=self._base_url, timeout=self._settings.timeout, max_retries=0
        )
        return self._client

    def _by_status(self, error: Any) -> EndpointError:
        status = int(error.status_code)
        said = " ".join(str(getattr(error, "message", "")).split())[:300]
        message = f"{self.endpoint} answered {status}: {said}"
        if status in (408, 409, 425, 429) or status >= 500:
            after = error.response.headers.get("retry-after")
            seconds = float(after) if after and after.replace(".", "", 1).isdigit() else None
            return RetryableError(message, kind=f"http_{status}", status=status, body=said, retry_after=seconds)
        if status in (401, 403, 404):
            hint = "Check models.<role>.model, base_url and the variable that api_key_env names."
            return FatalEndpointError(message, kind=f"http_{status}", status=status, body=said, hint=hint)
        return EndpointError(message, kind=f"http_{status}", status=status, body=said)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read a completion's body."""
        return self._reader.decode(request, raw)

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
