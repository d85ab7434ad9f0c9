"""Any OpenAI-compatible endpoint, over our own HTTP client (llm/http): the hot path.

`client: sdk` in a recipe takes the openai package instead (llm/backends/openai_sdk.py).
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import orjson
from yarl import URL

from ...core import digest
from ...core.errors import EndpointError, FatalEndpointError, RetryableError, UsageError
from ..backend import Backend, Capabilities
from ..http import HttpClient, HttpReply, http_url, proxy_for
from ..request import Reply, Request, Usage
from ..settings import ModelSettings, without_credentials
from .openai_body import as_json, request_body
from .retry_after import retry_after
from .secrets import Secrets
from .token_scores import read_scores
from .vllm_served import is_particular, is_prefilled, is_vllm, refuses_schema, score

_RETRIED_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_TOO_LONG = re.compile(r"maximum context length|context_length_exceeded|exceeds? the (?:available|model.s) context")
_CHECK_MODEL = "Check models.<role>.model and models.<role>.base_url."
_PLAIN = Capabilities(chat=True, text=True, score=False, json_schema=True)
_VLLM = Capabilities(chat=True, text=True, score=True, json_schema=True)
BATCH_FILE_BYTES = 2 * 2**30
"""Bytes that a file of many replies may have."""
_FILES_AT_A_TIME = 4
BATCH_FILE_S = 600.0
"""Seconds that sending or fetching one may take."""
PROBE_S = 5.0
"""Seconds that a server may take to list its models."""


class OpenAIBackend:
    """Chat and text completions of one endpoint; of a vLLM server also log-likelihoods of a given text."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        api_key: str | None = None,
        concurrency: int = 32,
        timeout: float = 120.0,
        max_reply_bytes: int = 32 * 2**20,
        ca_bundle: str | None = None,
        endpoint: str | None = None,
        server: Literal["auto", "openai", "vllm"] = "openai",
        probe_timeout: float = PROBE_S,
    ) -> None:
        """Prepare; nothing is sent and no connection made before the first call.

        Args:
            base_url: up to and including the version ("http://127.0.0.1:8000/v1").
            model: its name at that endpoint, for messages.
            api_key: sent as a bearer token; never shown or stored.
            concurrency: connections at most.
            timeout: seconds for one try.
            max_reply_bytes: a longer body is an error, not a memory problem.
            ca_bundle: file of certificates to trust instead of the system's.
            endpoint: who answers, for the request key; the URL without credentials if not given.
            server: what kind of server it is; auto: it is asked before the first call where that matters.
            probe_timeout: seconds for its answer to that.
        """
        url = http_url(base_url)
        self._url = url.with_user(None)
        self._shown_url = without_credentials(base_url)
        self.endpoint = endpoint or self._shown_url
        self._model = model
        self._headers = {"Accept": "application/json"}
        said = authorization(url, api_key)
        if said is not None:
            self._headers["Authorization"] = said
        self.secrets = Secrets(((said or "").partition(" ")[2], url.password or ""))
        self._concurrency = concurrency
        self._timeout = timeout
        self._max_bytes = max_reply_bytes
        self.ca_bundle = ca_bundle or os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE")
        self._client: HttpClient | None = None
        self._server: Literal["auto", "openai", "vllm"] = server
        self._probe_timeout = probe_timeout
        self._asking: asyncio.Task[None] | None = None
        self._free: set[str] = set()
        """Schemas (their digests) that the server cannot hold a model to."""

    @property
    def server(self) -> Literal["auto", "openai", "vllm"]:
        """What kind of server it is, as far as it is known."""
        return self._server

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as far as it is known; `probe` finds out."""
        return _VLLM if self._server == "vllm" else _PLAIN

    async def probe(self) -> Capabilities:
        """Ask for the listing of models, once, to learn what kind of server it is; it costs nothing.

        A server that does not answer is asked again at the next occasion, and counts as a plain one until then.
        """
        if self._server == "auto":
            if self._asking is None or (self._asking.done() and not self._asking.cancelled()):
                self._asking = asyncio.create_task(self._look())
            # Shielded: the first caller may be cancelled while others wait for the same answer.
            await asyncio.shield(self._asking)
        return self.capabilities

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(self._probe_timeout):
                reply = await (self._client or self._connect()).get("/models")
        except TimeoutError:
            # One that hangs at this would hold up every call that wants to know.
            self._server = "openai"
            return
        except EndpointError:
            return
        self._server = "vllm" if is_vllm(reply.body) else "openai"

    async def complete(self, request: Request) -> Reply:
        """Ask the endpoint once.

        Raises:
            MissingCapability: it gives no log-likelihoods of a given text, and they are wanted.
            EndpointError: see `post`.
        """
        if self._server == "auto" and is_particular(request):
            await self.probe()
        started = time.perf_counter()
        if request.kind == "score":
            return await self._score(request)
        path = "/completions" if request.kind == "text" else "/chat/completions"
        raw = await (
            self._as_vllm(path, request) if self._server == "vllm" else self.post(path, as_json(request_body(request)))
        )
        raw = self.secrets.removed(raw)
        return self._read(request, raw, time.perf_counter() - started)

    async def _score(self, request: Request) -> Reply:
        if self._server != "vllm":
            request_body(request)
        started = time.perf_counter()
        raw = await score(lambda path, body: self.post(path, as_json(body)), request)
        return replace(read_scores(raw), latency=time.perf_counter() - started)

    async def _as_vllm(self, path: str, request: Request) -> bytes:
        """A schema that the server cannot hold the model to is left to our own validation."""
        name = digest("schema-1", request.schema) if request.schema is not None else ""
        if name not in self._free:
            try:
                return await self.post(path, as_json(request_body(request, vllm=True)))
            except EndpointError as error:
                if not name or request.structured != "json_schema" or not refuses_schema(error):
                    raise
                self._free.add(name)
        return await self.post(path, as_json(request_body(replace(request, structured="none"), vllm=True)))

    async def post(
        self, path: str, body: bytes, content_type: str = "application/json", *, fresh: bool = False
    ) -> bytes:
        """POST to `base_url + path`; the body of a 200. `fresh`: over a new connection.

        Raises:
            RetryableError: the try failed in a way that passes.
            FatalEndpointError: no call to this endpoint can succeed.
            EndpointError: this request can't succeed, others may.
        """
        client = self._client or self._connect()
        reply = await client.post(path, body, content_type, fresh=fresh)
        if reply.status == 200:
            return reply.body
        raise await self._refusal(client, reply)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> bytes:
        """GET `base_url + path`; the body of a 200. Raises what `post` raises."""
        client = self._client or self._connect()
        reply = await client.get(path, query)
        if reply.status == 200:
            return reply.body
        raise await self._refusal(client, reply)

    def _connect(self) -> HttpClient:
        self._client = HttpClient(
            self._url,
            where=self._shown_url,
            headers=self._headers,
            connections=self._concurrency,
            timeout=self._timeout,
            longest=self._max_bytes,
            proxy=proxy_for(self._url),
            context=trusting(self.ca_bundle) if self.ca_bundle else None,
        )
        return self._client

    async def _refusal(self, client: HttpClient, reply: HttpReply) -> EndpointError:
        """What to make of another status than 200."""
        after = retry_after(reply.header("retry-after"), reply.header("date"))
        error = self.refusal(reply.status, reply.body, after)
        if error.status == 404:
            error.hint = await self._served_models(client)
        return error

    def refusal(self, status: int, body: bytes, after: float | None = None) -> EndpointError:
        """What to make of another status than 200, by what came with it; `after` are the seconds of its Retry-After."""
        said = self.secrets.shown(error_text(body))
        where = f"{self._shown_url} answered {status}"
        if status in _RETRIED_STATUS or status >= 500:
            message = f"{where}: {said}"
            return RetryableError(message, kind=f"http_{status}", status=status, body=said, retry_after=after)
        if status in (401, 403):
            hint = "Set the key in the variable that models.<role>.api_key_env names."
            message = f"{where}: the key was not accepted ({said})."
            return FatalEndpointError(message, kind=f"http_{status}", status=status, body=said, hint=hint)
        if status == 404:
            message = f"{where} for the model {self._model!r}: {said}."
            return FatalEndpointError(message, kind="http_404", status=status, body=said, hint=_CHECK_MODEL)
        if 300 <= status < 400:
            message = f"{where}: it redirects, which is not followed."
            hint = "Give the final URL as models.<role>.base_url."
            return FatalEndpointError(message, kind="redirect", status=status, body=said, hint=hint)
        message = f"{where}: {said}"
        if status == 400 and _TOO_LONG.search(said):
            hint = "Shorten the text, or take a model or server with a longer context."
            return EndpointError(message, kind="prompt_too_long", status=status, body=said, hint=hint)
        return EndpointError(message, kind=f"http_{status}", status=status, body=said)

    async def _served_models(self, client: HttpClient) -> str:
        try:
            listing = orjson.loads((await client.get("/models")).body)
            served = [str(m["id"]) for m in listing["data"]][:10]
        except (ValueError, KeyError, TypeError, EndpointError):
            return _CHECK_MODEL
        return self.secrets.shown(f"It serves: {', '.join(served)}.") if served else _CHECK_MODEL

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read a completion's body, or scores as they were stored."""
        if request.kind == "score":
            return replace(read_scores(raw), from_journal=True)
        return self._read(request, raw, 0.0, from_journal=True)

    def _read(self, request: Request, raw: bytes, latency: float, *, from_journal: bool = False) -> Reply:
        try:
            body = orjson.loads(raw)
        except ValueError:
            start = raw[:200].lstrip()[:1]
            kind = "html" if start == b"<" else "cut_body"
            message = f"{self._shown_url} answered 200 with a body that is not JSON."
            raise RetryableError(message, kind=kind, status=200, body=self._start(raw)) from None
        try:
            choice = body["choices"][0]
            finish = choice.get("finish_reason") or "stop"
            if request.kind == "text":
                text, reasoning = choice["text"] or "", ""
            else:
                message_ = choice["message"]
                text = self._after_prefill(request, message_.get("content") or "")
                reasoning = message_.get("reasoning_content") or message_.get("reasoning") or ""
                if message_.get("refusal"):
                    finish, text = "refusal", message_["refusal"]
            usage = body.get("usage") or {}
            spent = Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
        except (KeyError, IndexError, TypeError, AttributeError):
            said = self.secrets.shown(error_text(raw))
            message = f"{self._shown_url} answered 200 with JSON that is no completion: {said}"
            raise RetryableError(message, kind="not_a_completion", status=200, body=self._start(raw)) from None
        return Reply(
            text=_as_text(text),
            finish_reason=str(finish),
            reasoning=_as_text(reasoning),
            usage=spent,
            latency=latency,
            raw=raw,
            from_journal=from_journal,
        )

    def _after_prefill(self, request: Request, content: Any) -> Any:
        """What the model added to an answer that was begun: llama.cpp repeats the beginning, vLLM does not."""
        if self._server == "vllm" or not is_prefilled(request) or not isinstance(content, str):
            return content
        return content.removeprefix(str(request.messages[-1].get("content") or ""))

    def _start(self, raw: bytes) -> str:
        return self.secrets.shown(raw.decode("utf-8", "replace"))

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def authorization(url: URL, api_key: str | None) -> str | None:
    """The header of that name: the key, else the URL's user and password, else None.

    Raises:
        UsageError: no header can hold the key.
    """
    if api_key:
        if not (api_key.isascii() and api_key.isprintable()):
            message = f"the key for {without_credentials(str(url))} has characters that no HTTP header can hold."
            raise UsageError(message, hint="Look at the variable that models.<role>.api_key_env names.")
        return f"Bearer {api_key}"
    if url.user:
        return "Basic " + base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode("ascii")
    return None


def trusting(ca_bundle: str) -> ssl.SSLContext:
    """A TLS context that trusts the certificates of a file.

    Raises:
        UsageError: the file is missing or holds no certificates.
    """
    try:
        return ssl.create_default_context(cafile=ca_bundle)
    except OSError as error:
        message = f"the certificates of {ca_bundle} cannot be read: {error.strerror or error}."
        hint = "Correct models.<role>.ca_bundle, SSL_CERT_FILE or REQUESTS_CA_BUNDLE: it names a PEM file."
        raise UsageError(message, hint=hint) from None


def _count(value: Any) -> int:
    """A number of tokens; 0 for what is none."""
    return value if type(value) is int and value > 0 else 0


def _as_text(content: Any) -> str:
    """The text of a message's content, which some servers give as a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content)


def error_text(data: bytes) -> str:
    """What the server said of the error, on one line."""
    try:
        body = orjson.loads(data)
    except ValueError:
        return _one_line(data.decode("utf-8", "replace"))
    inner = body.get("error", body) if isinstance(body, dict) else body
    text = inner.get("message", inner) if isinstance(inner, dict) else inner
    return _one_line(str(text))


def _one_line(text: str) -> str:
    return " ".join(text.split()) or "no text"


def open_backend(settings: ModelSettings, say: Callable[[str], None] | None = None) -> Backend:
    """The backend for these settings; the key goes only to this base_url, and only if its variable is set."""
    if settings.client == "sdk":
        from .openai_sdk import OpenAISDKBackend

        return OpenAISDKBackend(settings)
    in_batches = settings.batch != "none"
    return OpenAIBackend(
        base_url=settings.base_url or "https://api.openai.com/v1",
        model=settings.model,
        api_key=settings.api_key(),
        concurrency=min(settings.concurrency, _FILES_AT_A_TIME) if in_batches else settings.concurrency,
        timeout=max(settings.timeout, BATCH_FILE_S) if in_batches else settings.timeout,
        max_reply_bytes=BATCH_FILE_BYTES if in_batches else settings.max_reply_bytes,
        ca_bundle=settings.ca_bundle,
        # Without a base URL it is OpenAI's own; whoever answers files is not told.
        server=settings.server if settings.base_url or settings.batch == "files" else "openai",
    )
