"""Whole runs against a server on the loopback interface that fails as it is told.

Every prompt carries a marker `[[m00012]]`. What the server does depends on the marker and on how often it was asked
before, never on time or chance, and it counts what it was asked and what it answered. The run is the command line, in
this process or in one of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpusmith.cli.app import main

KEY = "sk-test-51b7e0c2d94f4a6c8e3a90f7d1b2c6e5"
CONCURRENCY = 8
LATENCY = 0.01
PATIENCE = 90.0
"""Seconds after which a run that does not end is killed: a run that hangs is a failed test."""
SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "colour": {"type": "string"}, "size": {"type": "integer"}},
    "required": ["id", "colour", "size"],
    "additionalProperties": False,
}
_COLOURS = ("amber", "black", "coral", "denim", "ebony", "green", "hazel", "ivory")
_MARKER = re.compile(r"\[\[(m\d{5})\]\]")


def answer_to(marker: str) -> dict[str, Any]:
    """The one right answer: whatever else is in a row is wrong."""
    number = int.from_bytes(hashlib.blake2b(marker.encode(), digest_size=4).digest(), "big")
    return {"id": marker, "colour": _COLOURS[number % 8], "size": number % 11}


@dataclass
class Exchange:
    """One request, and the ways to answer it."""

    server: FaultyServer
    writer: asyncio.StreamWriter
    marker: str
    attempt: int
    """How often this marker was asked for before."""
    key: str

    async def send(
        self, body: bytes, status: int = 200, headers: Iterable[tuple[str, str]] = (), promised: int | None = None
    ) -> None:
        """A response; `promised` is the length that is claimed, where it is not the true one."""
        fields = [("Content-Type", "application/json"), *headers, ("Content-Length", str(promised or len(body)))]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        self.writer.write(f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body)
        await self.writer.drain()

    def completion(self, text: str, finish: str = "stop", **message: Any) -> bytes:
        choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        usage = {"prompt_tokens": 9, "completion_tokens": 7}
        return json.dumps({"choices": [choice], "usage": usage, "more": self.server.padding}).encode()

    def good(self) -> bytes:
        """The right answer's body, counted as answered: from here on it is paid for."""
        self.server.count(self.marker)
        return self.completion(json.dumps(answer_to(self.marker)))


Fault = Callable[[Exchange], Awaitable[None]]
Plan = Callable[[str, int], Fault | None]


class FaultyServer:
    """A chat endpoint in a thread. All that a test reads is changed under one lock."""

    def __init__(self) -> None:
        self.plan: Plan = lambda marker, attempt: None
        self.padding = ""
        """Comes with every completion, and so is in the journal and nowhere else."""
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.port = 0
        self.at_once = 0
        """Requests that wait for their answer now."""
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        # Clients that are killed, and connections that are cut on purpose, are nothing to tell of.
        self._loop.set_exception_handler(lambda loop, context: None)
        self._listener: asyncio.Server | None = None
        self._going = asyncio.Event()
        self._going.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._do(self._listen())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def sent_again(self) -> int:
        """Answers that were paid for a second time."""
        return sum(number - 1 for number in self.answered.values())

    def count(self, marker: str) -> None:
        with self._changed:
            self.answered[marker] += 1
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[FaultyServer], bool], process: subprocess.Popen[bytes]) -> None:
        """Until the condition holds, or the process has ended."""
        with self._changed:
            while not condition(self) and process.poll() is None:
                self._changed.wait(0.05)

    def hold(self) -> None:
        """Answer nothing until `let_go`."""
        self._loop.call_soon_threadsafe(self._going.clear)

    def let_go(self) -> None:
        self._loop.call_soon_threadsafe(self._going.set)

    def close(self) -> None:
        self._do(self.leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def come_back(self) -> None:
        """Listen again, on the same port."""
        self._do(self._listen())

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def leave(self, back_in: float | None = None) -> None:
        """End all connections and stop listening; come back after so many seconds, if any are given."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.close()
        here = asyncio.current_task()
        others = [task for task in self._tasks if task is not here]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for writer in list(self._open):
            writer.transport.abort()
        if back_in is not None:
            self._loop.call_later(back_in, lambda: self._tasks.add(self._loop.create_task(self._listen())))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            while not writer.is_closing():
                await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            self._open.discard(writer)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        key = headers.get("authorization", "")
        if first.startswith("GET"):
            listing = b'{"data": [{"id": "small"}, {"id": "large"}]}'
            await Exchange(self, writer, "", 0, key).send(listing)
            return
        found = _MARKER.search(body.decode())
        assert found is not None
        with self._changed:
            marker = found[1]
            attempt = self.asked[marker]
            self.asked[marker] += 1
            self.keys.add(key)
            self._changed.notify_all()
        self.at_once += 1
        try:
            await asyncio.sleep(LATENCY)
            await self._going.wait()
            exchange = Exchange(self, writer, marker, attempt, key)
            fault = self.plan(marker, attempt)
            await (fault(exchange) if fault is not None else exchange.send(exchange.good()))
        finally:
            self.at_once -= 1


class Said:
    """What one run of the command line wrote, and how it ended."""

    def __init__(self, folder: Path) -> None:
        number = len(list(folder.glob("session-*.out")))
        self.out_file = folder / f"session-{number}.out"
        self.err_file = folder / f"session-{number}.err"
        self.code: int | None = None

    @property
    def out(self) -> str:
        return self.out_file.read_text()

    @property
    def err(self) -> str:
        return self.err_file.read_text()

    @property
    def error(self) -> str:
        """The one line that says what went wrong."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("error: ")]
        return line


class Inside(Said):
    """The command line in this process: what costs a third of a second less."""

    def __init__(self, arguments: list[str], folder: Path) -> None:
        super().__init__(folder)
        before = sys.argv
        # A run that hangs is interrupted, and so does not end as it should.
        killer = threading.Timer(PATIENCE, os.kill, (os.getpid(), signal.SIGINT))
        killer.start()
        try:
            sys.argv = ["corpusmith", *arguments]
            with (
                self.out_file.open("w") as out,
                self.err_file.open("w") as err,
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                main()
        except SystemExit as ended:
            self.code = int(ended.code or 0)
        finally:
            sys.argv = before
            killer.cancel()
            killer.join()


class Apart(Said):
    """The command line in a process of its own."""

    def __init__(self, command: list[str], folder: Path) -> None:
        super().__init__(folder)
        with self.out_file.open("wb") as out, self.err_file.open("wb") as err:
            self.process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)

    def wait(self) -> Apart:
        killer = threading.Timer(PATIENCE, self.process.kill)
        killer.start()
        self.process.wait()
        killer.cancel()
        killer.join()
        self.code = self.process.returncode
        return self


class Trial:
    """One run folder, its seeds, and the commands that work on it."""

    def __init__(self, server: FaultyServer, folder: Path, count: int, more: dict[str, str]) -> None:
        self.server, self.folder, self.count = server, folder, count
        self.out = folder / "out"
        self.markers = [f"m{number:05d}" for number in range(count)]
        rows = [{"prompt": f"Describe thing [[{m}]].", "n": m, **more} for m in self.markers]
        (folder / "seeds.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / "schema.json").write_text(json.dumps(SCHEMA))

    def arguments(self, sets: Iterable[str], options: Iterable[str] = ()) -> list[str]:
        models = {"base_url": self.server.url, "model": "small", "concurrency": CONCURRENCY, "timeout": 30}
        given = [f"seeds.path={self.folder / 'seeds.jsonl'}", f"builder.schema={self.folder / 'schema.json'}"]
        given += [f"models.default.{name}={value}" for name, value in models.items()]
        chosen = [part for one in (*given, *sets) for part in ("--set", one)]
        return ["run", "map", "--out", str(self.out), *chosen, *options]

    def run(self, *sets: str) -> Inside:
        """`corpusmith run map` to its end, in this process."""
        return Inside(self.arguments(sets), self.folder)

    def start(self, *sets: str, prelude: str = "", options: Iterable[str] = ()) -> Apart:
        """Begin it in a process of its own; `prelude` is Python that the process runs before anything else."""
        program = ["-c", f"{prelude}\nfrom corpusmith.cli.app import main\nmain()"] if prelude else ["-m", "corpusmith"]
        return Apart([sys.executable, *program, *self.arguments(sets, options)], self.folder)

    def run_apart(self, *sets: str, prelude: str = "", options: Iterable[str] = ()) -> Apart:
        """To its end in a process of its own."""
        return self.start(*sets, prelude=prelude, options=options).wait()

    @property
    def summary(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.out / "run.json").read_text())
        return loaded

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / name).read_text().splitlines()]

    def check(
        self, session: Said, *, code: int = 0, rejected: Iterable[str] = (), failed: Iterable[str] = (),
        again: int = 0,
    ) -> None:  # fmt: skip
        """The accounting of a run that came to its end with this exit code.

        `rejected` and `failed` are the markers of those rows; `again` is how many answers may have been paid for twice.
        """
        import pyarrow.parquet as pq

        assert session.code == code, session.err
        rejected, failed = sorted(rejected), sorted(failed)
        kept = [m for m in self.markers if m not in rejected and m not in failed]
        counts = self.summary["counts"]
        fates = {"kept": len(kept), "dropped": 0, "review": 0, "rejected": len(rejected), "failed": len(failed)}
        assert {name: counts[name] for name in fates} == fates
        assert counts["candidates"] == self.count == sum(fates.values())
        rows = self.lines("records/kept.jsonl")
        assert [row["record"]["fields"] for row in rows] == [answer_to(m) for m in kept]
        assert [row["record"]["seed"]["n"] for row in rows] == kept
        assert len({row["id"] for row in rows}) == len(rows)
        places = {f"seeds.jsonl:{self.markers.index(m) + 1}": m for m in (*rejected, *failed)}
        assert sorted(places[line["source"]] for line in self.lines("rejected.jsonl")) == rejected
        assert sorted(places[line["source"]] for line in self.lines("failed.jsonl")) == failed
        files = list((self.out / "dataset" / "data").glob("*.parquet"))
        assert sum(pq.read_metadata(file).num_rows for file in files) == len(kept)
        assert self.server.sent_again <= again
        self.check_quiet(session)

    def check_quiet(self, session: Said) -> None:
        """No traceback, no key in anything that was written, and the key did get where it belongs."""
        assert "Traceback" not in session.err
        assert "Traceback" not in session.out
        assert self.server.keys <= {f"Bearer {KEY}"}
        assert self.holding_the_key() == []

    def holding_the_key(self) -> list[Path]:
        """The files with the key in them, over run folder and outputs."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return [path for path in files if KEY.encode() in path.read_bytes()]


@pytest.fixture
def server() -> Iterable[FaultyServer]:
    found = FaultyServer()
    yield found
    found.close()


@pytest.fixture
def trial(server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Trial]:
    """Prepare a run over so many prompts; further names are columns that every seed row has."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def prepare(count: int = 60, **more: str) -> Trial:
        return Trial(server, tmp_path, count, more)

    return prepare


@pytest.fixture
def every() -> Callable[..., Plan]:
    """A plan: every nth marker meets the fault, the first `times` times it is asked for."""

    def plan(nth: int, fault: Fault, times: int = 1) -> Plan:
        return lambda marker, attempt: fault if int(marker[1:]) % nth == 1 and attempt < times else None

    return plan


@pytest.fixture(scope="session")
def concurrency() -> int:
    return CONCURRENCY
