"""The embedded model: a llama.cpp server (package xllamacpp) on this machine, started when the first call needs it.

Chat and text completions go over its OpenAI-compatible interface. Log-likelihoods come from forcing the model to
write the given text, token by token, and reading what probability each token had.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from ...core import digest
from ...core.errors import EndpointError, FatalEndpointError
from ..backend import Backend, Capabilities
from ..model_store import CATALOGUE, default_store, digest_of, is_catalogued
from ..request import Reply, Request
from ..settings import ModelSettings
from .llamacpp_grammar import PROBE_PROMPT, grammar_for, looks_enforced
from .llamacpp_process import ServerPlan, ServerProcess, start
from .llamacpp_score import EMPTY_PROMPT, score, target_of, tokens_of
from .llamacpp_slots import PrefixSlots
from .openai import OpenAIBackend
from .token_scores import read_scores

DEFAULT_MODEL = "smollm2"
DEFAULT_CONTEXT = 2048
"""Tokens of prompt and answer together, per slot."""
FEWEST_SLOTS = 8
MOST_SLOTS = 32
_BROKEN = frozenset({"reset", "unreachable", "cut_body"})
"""Kinds of errors that the end of the process looks like from outside."""
_ENDS_WITHIN_S = 1.0
_TOO_LONG = re.compile(r"request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Running:
    process: ServerProcess
    api: OpenAIBackend
    """Its OpenAI-compatible interface."""
    native: OpenAIBackend
    """llama.cpp's own."""


class LlamaCppBackend:
    """Chat, text and scores of one GGUF model; structured answers by a grammar."""

    def __init__(
        self,
        *,
        name: str,
        sha256: str,
        locate: Callable[[], Path],
        slots: int,
        context: int = DEFAULT_CONTEXT,
        threads: int = 1,
        timeout: float = 120.0,
        max_reply_bytes: int = 32 * 2**20,
        system: str | None = None,
    ) -> None:
        """Prepare; nothing is loaded before the first call.

        Args:
            name: the model's name, for replies and messages.
            sha256: of the model file: the endpoint's name, so that a reply is never taken for another model's.
            locate: gives the model file, fetching it if need be; called once, in a thread, before the first call.
            slots: calls worked on at the same time; further ones wait and are sorted by their prompts' beginnings.
            context: tokens of prompt and answer together, per slot.
            threads: of computation.
            timeout: seconds for one call, from the moment that it has a slot.
            max_reply_bytes: a longer body is an error.
            system: system message for conversations without one; None leaves them as they are.
        """
        self.endpoint = f"llamacpp:{sha256[:16]}"
        self.capabilities = Capabilities(chat=True, text=True, score=True, json_schema=True, slots=slots)
        self._name = name
        self._locate = locate
        self._count, self._context, self._threads = slots, context, threads
        self._timeout = timeout
        self._max_reply_bytes = max_reply_bytes
        self._system = system
        self._reader = self._client("http://127.0.0.1/v1", None)
        self._slots = PrefixSlots(slots)
        self._starting: asyncio.Task[_Running] | None = None
        self._enforced: dict[str, asyncio.Task[bool]] = {}

    def _client(self, base_url: str, key: str | None) -> OpenAIBackend:
        return OpenAIBackend(
            base_url=base_url,
            model=self._name,
            api_key=key,
            concurrency=self._count + 2,
            timeout=self._timeout,
            max_reply_bytes=self._max_reply_bytes,
            endpoint=self.endpoint,
        )

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            MissingCapability: xllamacpp is not installed.
            ModelStoreError: the model is not there and cannot be fetched.
            FatalEndpointError: the model cannot be started, or its process has ended.
            RetryableError: the call took longer than the timeout.
            EndpointError: kind "prompt_too_long": prompt and answer do not fit in a slot.
        """
        running = await self._running()
        try:
            if request.kind == "score":
                return await self._score(running, request)
            asked = await self._as_asked(running, request)
            async with self._slots.hold(_beginning(asked)) as slot:
                return await running.api.complete(replace(asked, extra_body={**asked.extra_body, "id_slot": slot}))
        except EndpointError as error:
            better = await self._explained(running, error)
            if better is None:
                raise
            raise better from None

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read what `complete` gave as `Reply.raw`; needs no running model."""
        if request.kind == "score":
            return replace(read_scores(raw), from_journal=True)
        return self._reader.decode(request, raw)

    async def close(self) -> None:
        """End the process; calls in flight fail."""
        starting, self._starting = self._starting, None
        for probe in self._enforced.values():
            probe.cancel()
        self._enforced.clear()
        if starting is None:
            return
        await asyncio.wait([starting])
        if starting.cancelled() or starting.exception() is not None:
            return
        running = starting.result()
        await running.api.close()
        await running.native.close()
        await asyncio.to_thread(running.process.stop)

    async def _running(self) -> _Running:
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        # Shielded: the first caller may be cancelled while others wait for the same start.
        return await asyncio.shield(self._starting)

    async def _start(self) -> _Running:
        model = await asyncio.to_thread(self._locate)
        plan = ServerPlan(model, self._name, self._count, self._context, self._threads)
        process = await asyncio.to_thread(start, plan)
        api = self._client(f"{process.address}/v1", process.key)
        return _Running(process, api, self._client(process.address, process.key))

    async def _as_asked(self, running: _Running, request: Request) -> Request:
        """The request as the server gets it: with a system message, and with a grammar for its schema."""
        if request.kind == "chat" and self._system and not any(m.get("role") == "system" for m in request.messages):
            request = replace(request, messages=({"role": "system", "content": self._system}, *request.messages))
        if request.schema is None or request.structured != "json_schema" or "grammar" in request.extra_body:
            return request
        grammar = grammar_for(request.schema)
        name = digest("grammar-1", grammar)
        if name not in self._enforced:
            self._enforced[name] = asyncio.create_task(self._follows(running, grammar))
        if not await asyncio.shield(self._enforced[name]):
            return request
        return replace(request, structured="none", extra_body={**request.extra_body, "grammar": grammar})

    async def _follows(self, running: _Running, grammar: str) -> bool:
        """Whether the server follows this grammar; where it cannot read one, it writes free text and says nothing."""
        body = {"prompt": PROBE_PROMPT, "n_predict": 2, "temperature": 0, "grammar": grammar}
        try:
            answer = orjson.loads(await running.native.post("/completion", orjson.dumps(body)))
        except EndpointError as error:
            if running.process.ended() is not None:
                raise
            _log.info("grammar not taken: %s", error)
            return False
        return looks_enforced(str(answer.get("content", "")))

    async def _score(self, running: _Running, request: Request) -> Reply:
        started = time.perf_counter()
        post = running.native.post
        target = await target_of(post, request.continuation)
        before = await tokens_of(post, request.prompt) or await tokens_of(post, EMPTY_PROMPT)
        if len(before) + len(target.ids) > self._context:
            parts = f"{len(before)} of prompt, {len(target.ids)} of continuation"
            raise self._too_long(len(before) + len(target.ids), parts)
        async with self._slots.hold(request.prompt) as slot:
            raw = await score(post, before, target, slot)
        return replace(read_scores(raw), latency=time.perf_counter() - started)

    async def _explained(self, running: _Running, error: EndpointError) -> EndpointError | None:
        """The same error, said better, where we know more than the client that met it."""
        ended = None
        if error.kind in _BROKEN:
            ended = await asyncio.to_thread(running.process.ended, _ENDS_WITHIN_S)
        if ended is not None:
            message = f"the process of the embedded model {self._name} ended {ended}"
            hint = "It may have run out of memory: a smaller model, fewer calls at once or a smaller context helps."
            return FatalEndpointError(message, kind="model_died", hint=hint)
        long = _TOO_LONG.search(error.message)
        return self._too_long(int(long[1]), "the prompt alone") if long else None

    def _too_long(self, tokens: int, parts: str) -> EndpointError:
        message = f"{tokens} tokens ({parts}) do not fit in the {self._context} that a call to {self._name} may have."
        hint = "Shorten the text, or raise models.<role>.context."
        return EndpointError(message, kind="prompt_too_long", hint=hint)


def _beginning(request: Request) -> str:
    """What a slot can skip when it has read it before, as one text."""
    if request.kind == "text":
        return request.prompt
    return "\0".join(f"{m.get('role')}\0{m.get('content')}" for m in request.messages)


def cores_at_hand() -> int:
    """Cores that this process may use: its affinity, and the share that its container gives it."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        share = int(quota) // int(period) if quota != "max" else cores
    except (OSError, ValueError):
        share = cores
    return max(1, min(cores, share))


def slots_for(concurrency: int, threads: int) -> int:
    """Slots for so many calls in flight.

    A processor computes one token after the other whatever the number of slots, so few are enough; calls beyond
    them wait, and are sorted by their prompts' beginnings.
    """
    return max(1, min(concurrency, max(FEWEST_SLOTS, 2 * threads), MOST_SLOTS))


def open_backend(settings: ModelSettings, say: Callable[[str], None] | None = None) -> Backend:
    """The backend for these settings; the model is fetched and started by its first call.

    Args:
        settings: `model` is a name that `corpusmith models list` shows, hf:REPO/FILE.gguf, or a .gguf file.
        say: gets a line when something is fetched; the log by default.

    Raises:
        ModelStoreError: the model's name is not known, or its file is missing.
    """
    store = default_store()
    tell = say or _log.warning
    model = settings.model or DEFAULT_MODEL
    known = is_catalogued(model)

    def locate() -> Path:
        return store.path_of(model, pull_if_missing=True, say=tell)

    threads = min(settings.threads or MOST_SLOTS, cores_at_hand())
    return LlamaCppBackend(
        name=model,
        sha256=CATALOGUE[model].sha256 if known else digest_of(locate(), store.folder),
        locate=locate,
        slots=slots_for(settings.concurrency, threads),
        context=settings.context or DEFAULT_CONTEXT,
        threads=threads,
        timeout=settings.timeout,
        max_reply_bytes=settings.max_reply_bytes,
        system=CATALOGUE[model].system if known else None,
    )
