"""The server as the benchmark sees it: a process on the first core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from faults import Settings

SERVER_CORE = 0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Endpoint:
    """A server that runs."""

    root: str

    @property
    def url(self) -> str:
        """What clients are given."""
        return f"{self.root}/v1"

    def set(self, settings: Settings) -> None:
        """Change its behaviour and set its counters back."""
        self._call("/config", json.dumps(asdict(settings)).encode())

    def mark(self) -> None:
        """From now on `first_new_at` is looked for."""
        self._call("/mark", b"")

    def stats(self) -> dict[str, Any]:
        """What it was asked and what it answered."""
        return self._call("/stats")

    def _call(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        with _OPENER.open(urllib.request.Request(self.root + path, data=body), timeout=30) as reply:
            found: dict[str, Any] = json.loads(reply.read())
        return found


@contextmanager
def running() -> Iterator[Endpoint]:
    """Start the server, stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("server.py"))],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    try:
        if process.stdout is None or not (port := process.stdout.readline().strip()):
            sys.exit("the server did not start (are uvloop and httptools installed? extra dev)")
        yield Endpoint(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
