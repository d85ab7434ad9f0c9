"""A loopback server that answers chat completions after a fixed time, or fails as it is told.

    python benchmarks/engine/server.py          prints its port

POST /v1/chat/completions    the answer depends on the marker `[[...]]` in the prompt alone (workload.py)
POST /config                 settings as JSON (faults.py); sets all counters back
POST /mark                   starts the clock for `first_new_at`
GET  /stats                  what was asked and what was answered

Needs uvloop and httptools (extra dev).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import Counter
from typing import Any, cast

import httptools
import uvloop
from faults import Settings, any_fault, draw
from replies import as_json, completion, error, probed, refused

MARKER = re.compile(rb"\[\[(q\d{6})\]\]")
_AT_ONCE_S = 0.005
"""A refusal does not take as long as an answer."""


class Counts:
    """What was asked since the last /config."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.faulty = any_fault(settings)
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        """Right answers that were written to a connection."""
        self.given: Counter[str] = Counter()
        self.unmarked = 0
        """Requests without a marker: a client that tries out its endpoint."""
        self.in_flight = 0
        self.most_in_flight = 0
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.marked = False
        self.first_new_at: float | None = None

    def receive(self, marker: str) -> int:
        """Count a request; how often this marker was asked before."""
        now = time.monotonic()
        self.first_at = self.first_at or now
        self.last_at = now
        if self.marked and self.first_new_at is None and marker not in self.answered:
            self.first_new_at = now
        before = self.asked[marker]
        self.asked[marker] = before + 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return before

    def as_dict(self) -> dict[str, Any]:
        """The reply to /stats; times are of the monotonic clock, which all processes share."""
        return {
            "requests": sum(self.asked.values()),
            "distinct": len(self.asked),
            "answered": len(self.answered),
            "paid_twice": sum(number - 1 for number in self.answered.values()),
            "given": dict(self.given),
            "unmarked": self.unmarked,
            "most_in_flight": self.most_in_flight,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "first_new_at": self.first_new_at,
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, counts: list[Counts], loop: asyncio.AbstractEventLoop) -> None:
        self.shared, self.loop = counts, loop
        self.timer: asyncio.TimerHandle | None = None
        self.counted: Counts | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.parser = httptools.HttpRequestParser(self)

    def connection_lost(self, reason: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        if self.counted is not None:
            self.counted.given["client gone"] += 1
            self.done()

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_message_begin(self) -> None:
        self.body: list[bytes] = []
        self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        body, write = b"".join(self.body), self.transport.write
        if self.url.endswith(b"/chat/completions"):
            self.chat(body)
        elif self.url == b"/stats":
            write(as_json(self.shared[0].as_dict()))
        elif self.url == b"/config":
            self.shared[0] = Counts(Settings.read(json.loads(body or b"{}")))
            write(as_json({}))
        elif self.url == b"/mark":
            self.shared[0].marked = True
            write(as_json({}))
        elif self.url.endswith(b"/models"):
            write(as_json({"object": "list", "data": [{"id": "mock", "object": "model", "owned_by": "mock"}]}))
        else:
            write(error(b"404 Not Found", "no such path"))

    def chat(self, body: bytes) -> None:
        counts = self.shared[0]
        found = MARKER.search(body)
        if found is None:
            counts.unmarked += 1
            self.transport.write(probed(body))
            return
        marker = found.group(1).decode()
        attempt = counts.receive(marker)
        self.counted = counts
        fault = draw(counts.settings, marker, attempt) if counts.faulty else None
        if fault == "hang":
            counts.given["hang"] += 1
            return
        wait = _AT_ONCE_S if fault in ("p429", "p401", "reset") else counts.settings.latency_ms / 1000
        self.timer = self.loop.call_later(wait, self.answer, counts, marker, fault, body)

    def answer(self, counts: Counts, marker: str, fault: str | None, body: bytes) -> None:
        self.timer = None
        counts.given[fault or "ok"] += 1
        self.done()
        if fault == "reset":
            self.transport.abort()
        elif fault in (None, "length", "invalid"):
            counts.answered[marker] += fault is None
            self.transport.write(completion(marker, fault, body))
        else:
            self.transport.write(refused(fault, counts.settings.retry_after))

    def done(self) -> None:
        if self.counted is not None:
            self.counted.in_flight -= 1
            self.counted = None


async def main() -> None:
    loop = asyncio.get_running_loop()
    shared = [Counts(Settings())]
    server = await loop.create_server(lambda: Connection(shared, loop), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
