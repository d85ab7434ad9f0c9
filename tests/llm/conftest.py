"""Fixtures for the tests of llm/: a server on the loopback interface that plays a script of faults, and its parts."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from corpusmith.llm import Reply, Request
from corpusmith.llm.backends.scripted import ScriptedBackend


@dataclass(frozen=True)
class Heard:
    """One request as the server got it."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    peer: tuple[object, ...] = ()
    """Address of the connection's other end: tells connections apart."""

    @property
    def json(self):
        return json.loads(self.body)


Step = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """Answers each request with the next step of its script; the last step repeats.

    GET requests (the listing of models) are answered by `listing` and use up no step.
    """

    def __init__(self):
        self.heard: list[Heard] = []
        self.listing: Step = self.status(404, b"no such page")
        self.url = ""
        self._steps: list[Step] = [self.says("hello")]
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def play(self, *steps: Step) -> None:
        self._steps = list(steps)

    def reply(self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None, length: bool = True):
        """Answer with this body; without `length` it ends where the connection does."""
        fields = {"Content-Type": "application/json", **(headers or {})}
        fields |= {"Content-Length": str(len(body))} if length else {"Connection": "close"}
        head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n"

        async def step(heard: Heard, writer: asyncio.StreamWriter) -> None:
            writer.write(head.encode() + body)
            await writer.drain()
            if not length:
                writer.close()

        return step

    def says(self, text: str, *, finish: str = "stop", **message):
        choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        body = {"choices": [choice], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
        return self.reply(json.dumps(body).encode())

    def status(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None):
        return self.reply(body, status=status, headers=headers)

    def echoes(self, status: int, *, as_json: bool = False, headers: dict[str, str] | None = None):
        """Answer with what was sent in the headers, as some proxies do when they complain."""

        async def step(heard: Heard, writer: asyncio.StreamWriter) -> None:
            said = f"refused: {heard.headers.get('authorization')} " * 20
            body = json.dumps({"error": {"message": said}}) if as_json else f"<html>{said}</html>"
            await self.reply(body.encode(), status=status, headers=headers)(heard, writer)

        return step

    async def resets(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    async def hangs(self, heard: Heard, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    def cuts(self, body: bytes, *, promised: int):
        async def step(heard: Heard, writer: asyncio.StreamWriter) -> None:
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\n\r\n".encode() + body)
            await writer.drain()
            writer.close()

        return step

    def drips(self, body: bytes, *, pause: float, size: int):
        """Send the body in pieces of `size` bytes with pauses (seconds) between them."""

        async def step(heard: Heard, writer: asyncio.StreamWriter) -> None:
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            for at in range(0, len(body), size):
                writer.write(body[at : at + size])
                await writer.drain()
                await asyncio.sleep(pause)

        return step

    async def open(self, port: int = 0, ssl=None, host: str = "127.0.0.1") -> None:
        self._server = await asyncio.start_server(self._serve, host, port, ssl=ssl, limit=2**24)
        scheme = "https" if ssl else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1"

    @property
    def port(self) -> int:
        assert self._server is not None
        return self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in list(self._writers):
            writer.transport.abort()
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                heard = Heard(method, path, headers, body, writer.get_extra_info("peername"))
                self.heard.append(heard)
                await (self.listing if method == "GET" else self._next())(heard, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    def _next(self) -> Step:
        return self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]


class HeldBackend:
    """A backend whose calls wait until the test lets them go, one by one, first come first served."""

    def __init__(self):
        self.asked: list[Request] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._inner = ScriptedBackend(lambda request: "said")
        self._waiting: list[asyncio.Future[None]] = []
        self.endpoint = self._inner.endpoint
        self.capabilities = self._inner.capabilities
        self.closed = 0

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
            return await self._inner.complete(request)
        finally:
            self.in_flight -= 1

    def release(self, error: Exception | None = None) -> None:
        """Let the oldest call that still waits, if any does, end: with the error if one is given."""
        turn = next((t for t in self._waiting if not t.done()), None)
        if turn is None:
            return
        if error is None:
            turn.set_result(None)
        else:
            turn.set_exception(error)

    def decode(self, request: Request, raw: bytes) -> Reply:
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture(scope="session")
def held_backend():
    return HeldBackend


@pytest.fixture
async def loopback():
    """A `Loopback` that listens on a free port of 127.0.0.1."""
    server = Loopback()
    await server.open()
    yield server
    await server.close()


@pytest.fixture(scope="session")
def loopback_class():
    return Loopback


@pytest.fixture(scope="session")
def chat():
    """Builds a chat request that says `text`; other fields by name."""

    def build(text: str = "Name a colour.", **fields) -> Request:
        given = {
            "kind": "chat",
            "model": "m",
            "endpoint": "scripted",
            "messages": ({"role": "user", "content": text},),
        }
        return Request(**{**given, **fields})

    return build
