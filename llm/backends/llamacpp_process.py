"""Starting and stopping the process that holds the embedded model.

A process of its own, not a thread of this one: loading holds the interpreter's lock for as long as it takes, and
destroying the server while a call is in flight waits for ever with the lock held. A process can be stopped at any
moment, gives its memory back, and cannot take a run down with it.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from ...core.errors import FatalEndpointError, MissingCapability

_CHILD = Path(__file__).with_name("llamacpp_child.py")
_STOP_S = 3.0
_LOG_SHOWN = 600
INSTALL_HINT = 'pip install "corpusmith[local]"'


@dataclass(frozen=True, slots=True)
class ServerPlan:
    """What to load and how large."""

    model: Path
    """The .gguf file."""
    alias: str
    """The name that replies carry."""
    slots: int
    """Calls worked on at the same time."""
    context: int
    """Tokens of prompt and answer together, per slot."""
    threads: int


@dataclass(slots=True)
class ServerProcess:
    """A running server on a loopback address, reachable with `key` only."""

    plan: ServerPlan
    address: str
    """http://127.0.0.1:PORT."""
    key: str
    _process: subprocess.Popen[bytes]
    _log: IO[bytes] = field(repr=False)

    def ended(self, within: float = 0.0) -> str | None:
        """How the process ended; None while it runs.

        Args:
            within: seconds to wait for its end; a broken connection is seen a moment before it.
        """
        try:
            code = self._process.wait(within)
        except subprocess.TimeoutExpired:
            return None
        if code < 0 or self._log.closed:
            return f"by signal {-code}." if code < 0 else f"with exit code {code}."
        return f"with exit code {code}. {_end_of(self._log)}".strip()

    def stop(self) -> None:
        """End the process; calls in flight are cut. Harmless when it has ended already."""
        _end(self._process)
        self._log.close()


def start(plan: ServerPlan) -> ServerProcess:
    """Start the server and wait until the model is loaded (a second for a small one).

    Raises:
        MissingCapability: xllamacpp is not installed or cannot be imported.
        FatalEndpointError: the model cannot be loaded (no GGUF file, unknown architecture, too little memory).
    """
    if find_spec("xllamacpp") is None:
        message = "the embedded model needs the package xllamacpp, which is not installed."
        raise MissingCapability(message, hint=f"Install it: {INSTALL_HINT}")
    key = secrets.token_hex(16)
    log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
    process = subprocess.Popen(
        [sys.executable, "-P", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        # Threads that spin while they wait take the machine from everything else on it.
        env={"OMP_WAIT_POLICY": "passive", **os.environ},
        # Ctrl-C is for us: we close our end, and then the server goes.
        start_new_session=True,
    )
    try:
        said = _first_words(process, plan, key)
        if "address" not in said:
            _refuse(plan, said, process, log)
    except BaseException:
        _end(process)
        log.close()
        raise
    return ServerProcess(plan, said["address"], key, process, log)


def _first_words(process: subprocess.Popen[bytes], plan: ServerPlan, key: str) -> dict[str, str]:
    assert process.stdin is not None
    assert process.stdout is not None
    wanted = {
        "model": str(plan.model),
        "alias": plan.alias,
        "slots": plan.slots,
        "context": plan.context,
        "threads": plan.threads,
        "key": key,
    }
    try:
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return {}
    line = process.stdout.readline()
    return dict(json.loads(line)) if line.endswith(b"\n") else {}


def _refuse(plan: ServerPlan, said: dict[str, str], process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    if said.get("error") == "import":
        message = f"the package xllamacpp cannot be imported: {said['message']}."
        raise MissingCapability(message, hint=f"Install it again: {INSTALL_HINT}")
    code = process.wait() if not said else 0
    why = _loading_error(log) or said.get("message") or f"its process ended with code {code}. {_end_of(log)}".strip()
    message = f"the embedded model {plan.model} cannot be started: {why.rstrip('.')}."
    hint = "Check that the file is a whole GGUF model that this version of llama.cpp knows, and that it fits in memory."
    raise FatalEndpointError(message, kind="model_start", hint=hint)


def _loading_error(log: IO[bytes]) -> str:
    """What llama.cpp said of the model file; empty where it said nothing."""
    log.seek(0)
    mark = b"error loading model: "
    found = [line.split(mark, 1)[1].strip() for line in log if mark in line]
    return found[-1].decode("utf-8", "replace") if found else ""


def _end_of(log: IO[bytes]) -> str:
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - _LOG_SHOWN))
    return " ".join(log.read().decode("utf-8", "replace").split())


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None and not pipe.closed:
            pipe.close()
    try:
        process.wait(timeout=_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
