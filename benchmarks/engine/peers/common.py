"""What the adapters share: the command line, the shape of the answer, and a wall around this machine.

    python ADAPTER URL PROMPTS OUT TIMEOUT

An adapter is run by the peer's own interpreter. It reads {id, prompt} rows and writes {id, answer, score, tags} rows,
or {id, row: null} where the peer kept a row without an answer.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

IN_FLIGHT = 256
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "0.0.0.0", None, "", b"127.0.0.1", b"localhost"})


class Item(BaseModel):
    """The answer."""

    id: str
    answer: str
    score: int
    tags: list[str]


@dataclass(frozen=True)
class Job:
    """The command line."""

    url: str
    prompts: Path
    out: Path
    timeout: float
    """Seconds for one request."""

    @property
    def folder(self) -> Path:
        """For whatever the peer keeps."""
        return self.out.parent


def job() -> Job:
    """Read the command line."""
    url, prompts, out, timeout = sys.argv[1:5]
    return Job(url, Path(prompts), Path(out), float(timeout))


def stay_here() -> None:
    """Let no host name but this machine's be looked up: nothing is sent anywhere else, whatever a peer tries."""
    look_up = socket.getaddrinfo

    def guarded(host: Any, *place: Any, **how: Any) -> Any:
        if host not in _LOOPBACK and host != socket.gethostname():
            message = f"{host!r} is not this machine"
            raise socket.gaierror(message)
        return look_up(host, *place, **how)

    socket.getaddrinfo = guarded


def read_prompts(path: Path) -> list[dict[str, str]]:
    """All rows."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def as_item(value: Any) -> dict[str, Any] | None:
    """The answer as a dictionary; None where there is none or it cannot be read."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return dict(value) if isinstance(value, Mapping) else None


def write_rows(path: Path, rows: Iterable[tuple[str, dict[str, Any] | None]]) -> None:
    """(id, answer) pairs as JSONL."""
    with path.open("w") as lines:
        for marker, item in rows:
            lines.write(json.dumps({"id": marker, "row": None} if item is None else {**item, "id": marker}) + "\n")
