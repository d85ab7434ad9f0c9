"""The same endpoint through the openai package: for its ways of authentication, at several times the CPU a call.

Selected by `client: sdk`. Bodies are kept as they came, so that a journal written by one client is read by the other.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ...core.errors import EndpointError, FatalEndpointError, RetryableError
from ..backend import Capabilities
from ..http import http_url, proxy_for
from ..request import Reply, Request
from ..settings import ModelSettings
from .openai import OpenAIBackend, authorization, error_text, trusting
from .openai_body import request_body
from .retry_after import retry_after


class OpenAISDKBackend:
    """Chat and text completions through `openai.AsyncOpenAI`."""

    capabilities = Capabilities(chat=True, text=True, score=False, json_schema=True)

    def __init__(self, settings: ModelSettings) -> None:
        """Prepare; the package is imported at the first call."""
        self._settings = settings
        base_url = settings.base_url or "https://api.openai.com/v1"
        key = settings.api_key()
        self._reader = OpenAIBackend(base_url=base_url, model=settings.model, api_key=key, ca_bundle=settings.ca_bundle)
        url = http_url(base_url)
        # The package logs its URLs as they are: user and password go into the header.
        self._base_url = str(url.with_user(None))
        self._authorization = authorization(url, key)
        self.endpoint = self._reader.endpoint
        self._client: Any = None
        self._reached = False

    async def complete(self, request: Request) -> Reply:
        """Ask the endpoint once; retries are the wrapper's."""
        import openai

        client = self._client or self._connect()
        body = request_body(request, vllm=self._settings.server == "vllm")
        model = body.pop("model")
        first = "prompt" if request.kind == "text" else "messages"
        content = body.pop(first)
        api = client.completions if request.kind == "text" else client.chat.completions
        started = time.perf_counter()
        try:
            # The package's own timeout is for each wait, not for the whole.
            async with asyncio.timeout(self._settings.timeout):
                response = await api.with_raw_response.create(model=model, **{first: content}, extra_body=body)
        except openai.APIStatusError as error:
            raise self._by_status(error) from None
        except (TimeoutError, openai.APITimeoutError):
            message = f"{self.endpoint} gave no complete reply within {self._settings.timeout:g} s."
            raise RetryableError(message, kind="timeout") from None
        except openai.APIConnectionError as error:
            cause = type(error.__cause__ or error).__name__
            kind = "unreachable" if cause == "ConnectError" else "reset"
            if kind == "unreachable" and not self._reached:
                message = f"{self.endpoint} cannot be reached ({cause})."
                hint = "Start the server, or correct models.<role>.base_url."
                raise FatalEndpointError(message, kind=kind, hint=hint) from None
            message = f"the connection to {self.endpoint} failed: {cause}."
            raise RetryableError(message, kind=kind) from None
        except UnicodeEncodeError:
            message = "the request cannot be written as JSON (a text with lone surrogates?)."
            raise EndpointError(message, kind="unsendable") from None
        self._reached = True
        raw = self._reader.secrets.removed(bytes(response.content))
        if len(raw) > self._settings.max_reply_bytes:
            message = f"the reply of {self.endpoint} is longer than {self._settings.max_reply_bytes} bytes."
            hint = "Raise models.<role>.max_reply_bytes if such replies are wanted."
            raise EndpointError(message, kind="oversized", status=200, hint=hint)
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

        bundle, proxy = self._reader.ca_bundle, proxy_for(http_url(self._base_url))
        http_client = openai.DefaultAsyncHttpxClient(
            follow_redirects=False,
            verify=trusting(bundle) if bundle else True,
            # By itself it would send what is meant for this machine to the proxy.
            proxy=str(proxy) if proxy else None,
            trust_env=False,
        )
        self._client = openai.AsyncOpenAI(
            # A server on one's own machine takes any key, but the package insists on one.
            api_key="none",
            base_url=self._base_url,
            timeout=self._settings.timeout,
            max_retries=0,
            default_headers={"Authorization": self._authorization} if self._authorization else None,
            http_client=http_client,
        )
        return self._client

    def _by_status(self, error: Any) -> EndpointError:
        self._reached = True
        status = int(error.status_code)
        said = self._reader.secrets.shown(error_text(bytes(error.response.content)))
        message = f"{self.endpoint} answered {status}: {said}"
        if status in (408, 409, 425, 429) or status >= 500:
            headers = error.response.headers
            seconds = retry_after(headers.get("retry-after"), headers.get("date"))
            return RetryableError(message, kind=f"http_{status}", status=status, body=said, retry_after=seconds)
        if status in (401, 403, 404):
            hint = "Check models.<role>.model, base_url and the variable that api_key_env names."
            return FatalEndpointError(message, kind=f"http_{status}", status=status, body=said, hint=hint)
        if 300 <= status < 400:
            hint = "It redirects, which is not followed: give the final URL as models.<role>.base_url."
            return FatalEndpointError(message, kind="redirect", status=status, body=said, hint=hint)
        return EndpointError(message, kind=f"http_{status}", status=status, body=said)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read a completion's body."""
        return self._reader.decode(request, raw)

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
