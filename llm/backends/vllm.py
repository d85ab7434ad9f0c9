"""vLLM in this process: for one process that has the GPU to itself, and no server to run beside it.

The engine batches whatever calls are in flight. A served vLLM is asked by backend openai and behaves alike.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from ...core import digest
from ...core.errors import (
    EndpointError,
    MissingCapability,
    ModelStoreError,
    RetryableError,
    UsageError,
)
from ..backend import Backend, Capabilities
from ..request import Reply, Request
from ..settings import ModelSettings
from .llamacpp_score import EMPTY_PROMPT
from .openai import OpenAIBackend
from .prefix_queue import PrefixQueue
from .token_scores import read_scores, stored, texts_of
from .vllm_engine import Engine, EnginePlan, Generated, model_identity, start
from .vllm_served import enforceable, is_prefilled, refuses_schema

MOST_SLOTS = 256
"""Calls that the engine works on at the same time, unless `engine.max_num_seqs` says otherwise."""
_SAMPLING = frozenset({
    "temperature", "top_p", "top_k", "min_p", "seed", "stop", "stop_token_ids", "ignore_eos", "max_tokens",
    "min_tokens", "presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "skip_special_tokens",
    "include_stop_str_in_output",
})  # fmt: skip
_OTHERS = {"max_completion_tokens": "max_tokens", "repeat_penalty": "repetition_penalty"}
"""Other servers' names for the same."""
_TEMPLATE = frozenset({"add_generation_prompt", "continue_final_message", "chat_template"})
_SAME_REPLIES = frozenset(
    {
        *("gpu_memory_utilization", "max_num_seqs", "max_num_batched_tokens", "tensor_parallel_size", "enforce_eager"),
        *("pipeline_parallel_size", "data_parallel_size", "swap_space", "download_dir", "load_format", "block_size"),
        *("enable_prefix_caching", "enable_chunked_prefill", "kv_cache_memory_bytes", "disable_log_stats"),
    }
)
"""Arguments of the engine that change no more of a reply than the company it has in a batch does."""
_FORBIDDEN = {
    "trust_remote_code": "code that comes with a model is not run here",
    "model": "models.<role>.model names it",
    "max_model_len": "models.<role>.context sets it",
}
_log = logging.getLogger(__name__)


class VllmBackend:
    """Chat, text and scores of one model; structured answers by a grammar."""

    def __init__(
        self,
        plan: EnginePlan,
        *,
        endpoint: str,
        timeout: float = 120.0,
        say: Callable[[str], None] = _log.info,
        starting: Callable[[EnginePlan], Engine] = start,
    ) -> None:
        """Prepare; nothing is loaded before the first call.

        Args:
            plan: the model and how its engine is started.
            endpoint: who answers, for the request key.
            timeout: seconds for one call, from the moment that the engine has it.
            say: gets a line when the model is loaded.
            starting: loads it, in a thread.
        """
        self.endpoint = endpoint
        self.capabilities = Capabilities(chat=True, text=True, score=True, json_schema=True, slots=plan.slots)
        self._plan = plan
        self._timeout = timeout
        self._say = say
        self._start_engine = starting
        self._queue = PrefixQueue(plan.slots)
        self._reader = OpenAIBackend(base_url="http://127.0.0.1/v1", model=plan.model, endpoint=endpoint, server="vllm")
        self._starting: asyncio.Task[Engine] | None = None
        self._free: set[str] = set()
        """Schemas (their digests) that no grammar can hold the model to."""

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            MissingCapability: vllm is not installed, or something is asked for that the engine does not have.
            FatalEndpointError: the model cannot be loaded, or its engine has ended.
            RetryableError: the call took longer than the timeout.
            EndpointError: kind "prompt_too_long": prompt and answer do not fit; or the engine does not take it.
        """
        options, structured = asked_for(request)
        engine = await self._running()
        if request.kind == "score":
            return await self._score(engine, request)
        ids, beginning = self._prompt(engine, request)
        room = engine.context - len(ids)
        if room < 1:
            raise self._too_long(len(ids), engine.context, "the prompt alone")
        options["max_tokens"] = min(int(options.get("max_tokens") or room), room)
        started = time.perf_counter()
        async with self._queue.hold(beginning):
            made = await self._structured(engine, ids, options, structured, request)
        raw = _completion(request, made, len(ids))
        return replace(self._reader.decode(request, raw), latency=time.perf_counter() - started, from_journal=False)

    def _prompt(self, engine: Engine, request: Request) -> tuple[list[int], str]:
        """Token ids of a prompt, and its text as far as that tells what prompts have in common."""
        if request.kind == "text":
            return engine.tokens(request.prompt, special=True), request.prompt
        options = {
            "add_generation_prompt": not is_prefilled(request),
            "continue_final_message": is_prefilled(request),
            **{name: value for name, value in request.extra_body.items() if name in _TEMPLATE},
            **request.extra_body.get("chat_template_kwargs", {}),
        }
        beginning = "\0".join(f"{m.get('role')}\0{m.get('content')}" for m in request.messages)
        return engine.chat(request.messages, options), beginning

    async def _structured(
        self,
        engine: Engine,
        ids: list[int],
        options: dict[str, Any],
        structured: Mapping[str, Any] | None,
        request: Request,
    ) -> Generated:
        """A schema that no grammar can hold the model to is left to the validation of replies."""
        name = digest("structured-1", structured) if structured is not None else ""
        if name not in self._free:
            try:
                return await self._generate(engine, ids, options, structured)
            except EndpointError as error:
                if request.schema is None or not refuses_schema(error):
                    raise
                self._free.add(name)
        return await self._generate(engine, ids, options, None)

    async def _generate(
        self, engine: Engine, ids: list[int], options: Mapping[str, Any], structured: Mapping[str, Any] | None
    ) -> Generated:
        try:
            async with asyncio.timeout(self._timeout):
                return await engine.generate(ids, options, structured)
        except TimeoutError:
            message = f"vLLM's engine gave no complete reply within {self._timeout:g} s."
            raise RetryableError(message, kind="timeout") from None

    async def _score(self, engine: Engine, request: Request) -> Reply:
        target = engine.tokens(request.continuation, special=False)
        if not target:
            message = f"there is nothing to score: the continuation {request.continuation!r} has no tokens."
            raise EndpointError(message, kind="empty_continuation")
        before = engine.tokens(request.prompt, special=True) or engine.tokens(EMPTY_PROMPT, special=True)
        total = len(before) + len(target)
        # The engine writes one token at least.
        if total + 1 > engine.context:
            raise self._too_long(total, engine.context, f"{len(before)} of prompt, {len(target)} of continuation")
        started = time.perf_counter()
        async with self._queue.hold(request.prompt):
            wanted = {"max_tokens": 1, "temperature": 0.0, "prompt_logprobs": 0}
            made = await self._generate(engine, [*before, *target], wanted, None)
        told = made.prompt_logprobs[len(before) - 1 :]
        if len(told) != len(target):
            message = f"vLLM's engine tells of {len(told)} tokens where {len(target)} were scored."
            raise EndpointError(message, kind="not_a_score")
        texts = texts_of(request.continuation, [text for _, text in told])
        raw = stored(texts, [number for number, _ in told], len(before))
        return replace(read_scores(raw), latency=time.perf_counter() - started)

    def _too_long(self, tokens: int, context: int, parts: str) -> EndpointError:
        message = f"{tokens} tokens ({parts}) do not fit in the {context} that a call to {self._plan.model} may have."
        hint = "Shorten the text, or raise models.<role>.context."
        return EndpointError(message, kind="prompt_too_long", hint=hint)

    async def _running(self) -> Engine:
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        # Shielded: the first caller may be cancelled while others wait for the same start.
        return await asyncio.shield(self._starting)

    async def _start(self) -> Engine:
        began = time.perf_counter()
        self._say(f"loading {self._plan.model} into vLLM")
        engine = await asyncio.to_thread(self._start_engine, self._plan)
        self._say(f"{self._plan.model} is loaded ({time.perf_counter() - began:.0f} s)")
        return engine

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read what `complete` gave as `Reply.raw`; needs no engine."""
        return self._reader.decode(request, raw)

    async def close(self) -> None:
        """End the engine; calls in flight fail."""
        starting, self._starting = self._starting, None
        if starting is None:
            return
        await asyncio.wait([starting])
        if starting.cancelled() or starting.exception() is not None:
            return
        # Not in a thread: vLLM's own task would wake up meanwhile, and report that the engine had died.
        starting.result().close()


def asked_for(request: Request) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The engine's sampling parameters, and what it holds the answer to.

    Raises:
        MissingCapability: something is asked for that it does not have: ignored, it would be missed by nobody.
    """
    options: dict[str, Any] = {}
    structured: dict[str, Any] | None = None
    if request.schema is not None and request.structured == "json_schema":
        structured = {"json": enforceable(request.schema)}
    elif request.schema is not None and request.structured == "json_object":
        structured = {"json_object": True}
    for name, value in {**request.sampling, **request.extra_body}.items():
        name = _OTHERS.get(name, name)
        if name in _SAMPLING:
            options[name] = value
        elif name == "structured_outputs":
            structured = dict(value)
        elif name not in _TEMPLATE and name != "chat_template_kwargs":
            message = f"backend vllm has no {name!r} (models.<role>.sampling or extra_body, or a prompt's sampling)."
            raise MissingCapability(message, hint=f"It knows: {', '.join(sorted(_SAMPLING))}, structured_outputs.")
    if isinstance(options.get("logit_bias"), Mapping):
        options["logit_bias"] = {int(token): float(bias) for token, bias in options["logit_bias"].items()}
    return options, structured


def _completion(request: Request, made: Generated, prompt_tokens: int) -> bytes:
    """The body that a server would have sent: one reader, and one journal, for both."""
    choice: dict[str, Any] = {"index": 0, "finish_reason": made.finish_reason}
    if request.kind == "text":
        choice["text"] = made.text
    else:
        choice["message"] = {"role": "assistant", "content": made.text}
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": made.tokens,
        "prompt_tokens_details": {"cached_tokens": made.cached},
    }
    return orjson.dumps({"model": request.model, "choices": [choice], "usage": usage})


def open_backend(settings: ModelSettings, say: Callable[[str], None] | None = None) -> Backend:
    """The backend for these settings; vllm is imported and the model loaded by its first call.

    Args:
        settings: `model` is a folder in Hugging Face's layout or a name on its hub.
        say: gets a line when the model is being loaded; the log by default.

    Raises:
        UsageError: an argument of the engine that has no place there.
        ModelStoreError: the folder holds no model.
    """
    model = settings.model
    for name, why in _FORBIDDEN.items():
        if name in settings.engine:
            message = f"models.<role>.engine.{name} cannot be set: {why}."
            raise UsageError(message)
    if model.endswith(".gguf") or model.startswith("hf:"):
        message = f"backend vllm reads folders in Hugging Face's layout or names on its hub, not {model!r}."
        raise UsageError(message, hint="Use backend llamacpp for a .gguf file.")
    folder = Path(model).expanduser()
    if folder.is_dir():
        model = str(folder)
    if model.startswith((".", "/", "~")) or folder.is_dir():
        _require_model(folder)
    arguments = {name: value for name, value in settings.engine.items() if name not in _SAME_REPLIES}
    kept = f"-{digest('engine-1', arguments, size=4)}" if arguments else ""
    slots = int(settings.engine.get("max_num_seqs") or min(settings.concurrency, MOST_SLOTS))
    return VllmBackend(
        EnginePlan(model, slots, settings.context, dict(settings.engine)),
        endpoint=f"vllm:{model_identity(model)}{kept}",
        timeout=settings.timeout,
        say=say or _log.warning,
    )


def _require_model(folder: Path) -> None:
    if not (folder / "config.json").is_file():
        what = "holds no config.json" if folder.is_dir() else "is not there"
        message = f"the model folder {folder} {what}."
        raise ModelStoreError(message, hint="Name a folder in Hugging Face's layout, or a name on its hub.")
