"""The backends that keep one contract, each opened once: the embedded model, vLLM in this process, vLLM served.

vLLM takes minutes to install: its part runs in `make test-vllm` only, which names the model's folder in
CORPUSMITH_VLLM_MODEL.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from corpusmith.core.errors import ModelStoreError
from corpusmith.llm import Backend, Request
from corpusmith.llm.backends import llamacpp, openai, vllm
from corpusmith.llm.backends.vllm_engine import Engine, EnginePlan, start
from corpusmith.llm.model_store import path_of
from corpusmith.llm.settings import ModelSettings

FOLDER = os.environ.get("CORPUSMITH_VLLM_MODEL")
CONTEXT = 1024
SENTENCES = Path(__file__).resolve().parents[3] / "benchmarks" / "backends" / "sentences.txt"
_SERVER_STARTS_WITHIN_S = 400


@dataclass
class Contender:
    """A backend, and how to open others like it."""

    name: str
    backend: Backend
    model: str
    open_wrong: Callable[[], Backend]
    """Opens one for a model that is not there."""
    open_impatient: Callable[[float], Backend]
    """Opens one that gives calls up after so many seconds."""
    engines: Sequence[Engine] = ()
    """vLLM in this process, once it was asked something."""
    url: str = ""
    """Of the server, where there is one."""

    def ask(self, kind: str, **fields) -> Request:
        return Request(kind=kind, model=self.model, endpoint=self.backend.endpoint, **fields)

    async def chat(self, text: str, **fields):
        return await self.backend.complete(self.ask("chat", messages=({"role": "user", "content": text},), **fields))

    async def text(self, prompt: str, **sampling):
        return await self.backend.complete(self.ask("text", prompt=prompt, sampling=sampling))

    async def score(self, prompt: str, continuation: str):
        return await self.backend.complete(self.ask("score", prompt=prompt, continuation=continuation))


def _require_embedded() -> None:
    pytest.importorskip("xllamacpp", reason="the embedded model needs xllamacpp (pip install corpusmith[local])")
    try:
        path_of("smollm2", pull_if_missing=True, say=lambda line: None)
    except ModelStoreError as error:
        pytest.skip(f"the embedded model cannot be had: {error}")


def embedded() -> Contender:
    _require_embedded()
    settings = ModelSettings(backend="llamacpp", model="smollm2", concurrency=8, context=CONTEXT, timeout=300)
    return Contender(
        "llamacpp",
        llamacpp.open_backend(settings),
        "smollm2",
        lambda: llamacpp.open_backend(replace(settings, model="nobody-knows-it")),
        lambda seconds: llamacpp.open_backend(replace(settings, timeout=seconds)),
    )


class Borrowed:
    """Another's engine: starting one takes a minute."""

    def __init__(self, engine):
        self._engine = engine

    def __getattr__(self, name):
        return getattr(self._engine, name)

    def close(self) -> None:
        """It goes on."""


def in_process() -> Contender:
    _require_vllm()
    plan = EnginePlan(FOLDER, 32, CONTEXT, {"dtype": "bfloat16", "enforce_eager": True})
    engines = []

    def kept(plan: EnginePlan):
        engines.append(start(plan))
        return engines[0]

    return Contender(
        "vllm",
        vllm.VllmBackend(plan, endpoint="vllm:smollm2", timeout=300, starting=kept),
        FOLDER,
        lambda: vllm.open_backend(ModelSettings(backend="vllm", model="./nobody/knows-it")),
        lambda seconds: vllm.VllmBackend(
            plan, endpoint="vllm:smollm2", timeout=seconds, starting=lambda plan: Borrowed(engines[0])
        ),
        engines,
    )


def _require_vllm() -> None:
    if not FOLDER:
        pytest.skip("vLLM is tested by `make test-vllm`, which installs it (CORPUSMITH_VLLM_MODEL is not set)")


def served(url: str) -> Contender:
    settings = ModelSettings(backend="openai", base_url=url, model="smollm2", api_key_env=None, timeout=300)
    return Contender(
        "vllm-served",
        openai.open_backend(settings),
        "smollm2",
        lambda: openai.open_backend(replace(settings, model="nobody-knows-it")),
        lambda seconds: openai.open_backend(replace(settings, timeout=seconds)),
        url=url,
    )


class Server:
    """A real vLLM server on the loopback interface, as anybody would start it."""

    def __init__(self, log: Path):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", FOLDER]
        command += ["--served-model-name", "smollm2", "--dtype", "bfloat16", "--max-model-len", str(CONTEXT)]
        command += ["--enforce-eager", "--max-num-seqs", "32", "--host", "127.0.0.1", "--port", str(self.port)]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def wait(self) -> None:
        for _ in range(_SERVER_STARTS_WITHIN_S):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5):
                    return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(1)
        pytest.fail(f"vLLM's server did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=["llamacpp", "vllm", "vllm-served"])
async def contender(request, tmp_path_factory):
    """Each backend in turn; what is missing is skipped with a message."""
    server = None
    if request.param == "llamacpp":
        found = embedded()
    elif request.param == "vllm":
        found = in_process()
    else:
        _require_vllm()
        server = Server(tmp_path_factory.mktemp("server") / "server.log")
        try:
            await asyncio.to_thread(server.wait)
        except BaseException:
            server.stop()
            raise
        found = served(server.url)
    yield found
    await found.backend.close()
    if server is not None:
        await asyncio.to_thread(server.stop)


@pytest.fixture(scope="session")
def sentences():
    """Fifty sentences, written for the comparison of backends."""
    return SENTENCES.read_text(encoding="utf-8").splitlines()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedded_scores(sentences):
    """Computes, once, what llama.cpp says of each sentence: a function to await."""
    kept = []

    async def scores():
        if not kept:
            reference = embedded()
            kept.extend([await reference.score("Here is a sentence:", f" {one}") for one in sentences])
            await reference.backend.close()
        return kept

    return scores
