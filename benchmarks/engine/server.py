"""A loopback server that answers chat completions after a fixed time: the other side of the engine benchmark.

    python benchmarks/engine/server.py --latency-ms 200      prints its port

POST /v1/chat/completions answers with a JSON object {id, answer, score, tags} that depends on the marker `[[...]]` in
the prompt alone. GET /stats tells how often each was asked. Needs uvloop and httptools (extra dev).
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
import time

import httptools
import uvloop

MARKER = re.compile(rb"\[\[(\w+)\]\]")
WORDS = [
    "data",
    "model",
    "check",
    "robust",
    "persona",
    "item",
    "query",
    "reply",
    "topic",
    "source",
    "value",
    "table",
    "graph",
    "entity",
    "claim",
    "label",
]


def answer(key: str) -> bytes:
    """The whole HTTP response for one marker."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
    words = [WORDS[(number >> (i % 60)) % len(WORDS)] for i in range(60)]
    content = json.dumps({"id": key, "answer": " ".join(words), "score": number % 11, "tags": words[:2]})
    body = json.dumps(
        {
            "id": f"chatcmpl-{key}",
            "object": "chat.completion",
            "model": "mock",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 110, "completion_tokens": 90, "total_tokens": 200},
        }
    ).encode()
    return response(body)


def response(body: bytes) -> bytes:
    """A 200 with a JSON body."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
    return head + body


class Connection(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, latency: float, asked: dict[str, int], loop: asyncio.AbstractEventLoop) -> None:
        self.latency, self.asked, self.loop = latency, asked, loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.body: list[bytes] = []
        self.url = b""

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_body(self, body: bytes) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        if self.url == b"/stats":
            counts = {"requests": sum(self.asked.values()), "distinct": len(self.asked), "cpu_s": time.process_time()}
            self.transport.write(response(json.dumps(counts).encode()))
            return
        if self.url == b"/reset":
            self.asked.clear()
            self.transport.write(response(b"{}"))
            return
        found = MARKER.search(b"".join(self.body))
        key = found.group(1).decode() if found else "none"
        self.asked[key] = self.asked.get(key, 0) + 1
        self.loop.call_later(self.latency, self.transport.write, answer(key))


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency-ms", type=float, default=200.0)
    latency = parser.parse_args().latency_ms / 1000
    loop, asked = asyncio.get_running_loop(), {}
    server = await loop.create_server(lambda: Connection(latency, asked, loop), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
