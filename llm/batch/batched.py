"""Batched: a backend whose calls wait until there are many, go out as a batch, and are answered when it is done.

What asks (a builder, a check) sees calls that take long, and nothing else. A batch that was submitted is followed by
the next session too: it is paid for. What was not submitted is collected anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ...core.errors import BatchWaiting, EndpointError, RetryableError
from ..backend import Capabilities
from ..backends.openai import OpenAIBackend
from ..request import Reply, Request
from .follow import Follower
from .lines import Answered, request_line, url_of
from .service import BatchService
from .store import BatchStore, Stored

QUIET_S = 2.0
"""Seconds without a further call after which those that wait are a batch."""
MOST_BYTES = 190 * 2**20
"""Of one file of requests; services take 200 MB."""
NO_ANSWER = "no_answer"
_NOT_MADE = frozenset({"batch_expired", NO_ANSWER})
_PASSES = frozenset({408, 409, 425, 429})
_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Call:
    answer: asyncio.Future[Answered]
    line: bytes = b""
    waiters: int = 0
    sent: bool = False


@dataclass(slots=True)
class _Queue:
    """Calls to one path that wait to become a batch."""

    calls: dict[str, _Call] = field(default_factory=dict)
    bytes: int = 0


class Batched:
    """Collects calls into batches, through the Batch API or in files that somebody else answers."""

    def __init__(
        self,
        inner: OpenAIBackend,
        folder: Path,
        *,
        answered: Callable[[str], bool],
        mode: Literal["api", "files"] = "api",
        size: int = 50_000,
        poll: float = 30.0,
        quiet: float = QUIET_S,
        say: Callable[[str], None] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap `inner`.

        Args:
            inner: the connection to the service; reads replies.
            folder: where batches are kept.
            answered: whether the journal holds the reply to a key.
            mode: submit batches, or write them and stop until their answers are there.
            size: requests in one batch at most.
            poll: seconds between two looks at a batch.
            quiet: seconds without a further call after which those that wait are a batch.
            say: takes a line for the user; the log by default.
            sleep: waits for that many seconds.
        """
        self._inner = inner
        self._store = BatchStore(folder)
        self._answered = answered
        self._mode = mode
        self._vllm = inner.server == "vllm" or (inner.server == "auto" and mode == "files")
        self._size = size
        self._quiet = quiet
        self._say = say or _log.info
        self._follower = Follower(BatchService(inner), self._store, poll=poll, say=self._say, sleep=sleep)
        self._calls: dict[str, _Call] = {}
        """By key: those that wait, and those that an earlier session has paid for."""
        self._queues: dict[str, _Queue] = {}
        self._written: dict[str, Stored] = {}
        """Mode files: by key, the batch that nobody has answered yet."""
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend, but for scores: batches hold none."""
        return replace(self._inner.capabilities, score=False)

    async def complete(self, request: Request) -> Reply:
        """Wait for the batch that answers the request.

        Raises:
            MissingCapability: a score is wanted.
            BatchWaiting: mode files, and the answers are not there.
            RetryableError: the batch ended without an answer to it; it may be asked again.
            EndpointError: the service refused this request, or all.
        """
        url = url_of(request)
        await self._open()
        key = request.key()
        call = self._calls.get(key)
        if call is None:
            waiting = self._written.get(key)
            if waiting is not None:
                raise self._not_answered(waiting)
            call = self._enqueue(key, url, request)
        call.waiters += 1
        try:
            answer = await asyncio.shield(call.answer)
        finally:
            call.waiters -= 1
            if not call.waiters and (call.answer.done() or not call.sent):
                self._forget(key, url, call)
        return self._reply(request, answer)

    def _enqueue(self, key: str, url: str, request: Request) -> _Call:
        line = request_line(request, vllm=self._vllm)
        call = self._calls[key] = _Call(asyncio.get_running_loop().create_future(), line)
        queue = self._queues.setdefault(url, _Queue())
        queue.calls[key] = call
        queue.bytes += len(line)
        self._arrived.set()
        return call

    def _forget(self, key: str, url: str, call: _Call) -> None:
        """Take out a call that is over, or that nobody waits for and that was not sent."""
        self._drop(key, call)
        queue = self._queues.get(url)
        if queue is not None and queue.calls.pop(key, None) is not None:
            queue.bytes -= len(call.line)

    def _reply(self, request: Request, answer: Answered) -> Reply:
        if answer.status == 200:
            return replace(self._inner.decode(request, answer.body), from_journal=False)
        if answer.status is None:
            if answer.code in _NOT_MADE:
                message = f"the batch ended without an answer to this request ({answer.code})."
                raise RetryableError(message, kind=answer.code)
            message = f"the batch has no answer to this request: {answer.body[:300].decode('utf-8', 'replace')}"
            raise EndpointError(message, kind=answer.code, body=answer.body[:300].decode("utf-8", "replace"))
        error = self._inner.refusal(answer.status, answer.body)
        if answer.status in _PASSES or answer.status >= 500:
            # Without its status: what a batch was refused says nothing of how many calls may be in flight.
            raise RetryableError(error.message, kind=error.kind, body=error.body)
        raise error

    async def _open(self) -> None:
        """Take up what earlier sessions have left, once."""
        if self._opening is None or (self._opening.done() and self._opening.exception() is not None):
            self._opening = asyncio.create_task(self._take_up())
        await asyncio.shield(self._opening)

    async def _take_up(self) -> None:
        for batch in await asyncio.to_thread(self._store.all):
            if batch.status in ("refused", "done"):
                continue
            keys = [key for key in await asyncio.to_thread(self._store.keys, batch) if not self._answered(key)]
            if not keys:
                if batch.status == "answered":
                    self._store.update(batch, status="done")
                continue
            if batch.status == "answered" or self._store.output_path(batch.name).is_file():
                self._offer(batch, keys)
            elif self._mode == "files":
                self._written.update(dict.fromkeys(keys, batch))
            else:
                await self._resume(batch, keys)
        self._start(self._collect())

    async def _resume(self, batch: Stored, keys: list[str]) -> None:
        """Follow a batch that was submitted; one that was not is collected anew, as its requests are asked for."""
        found = await self._follower.found(batch)
        if found is None:
            self._store.update(batch, status="refused")
            return
        self._say(f"{found.name}: {found.requests} requests were submitted before ({found.batch_id})")
        for key in keys:
            self._calls[key] = _Call(asyncio.get_running_loop().create_future(), sent=True)
        self._start(self._follow(found, {key: self._calls[key] for key in keys}))

    def _offer(self, batch: Stored, keys: list[str]) -> None:
        """Have the answers of a batch that was answered at hand."""
        answers = self._store.output(batch)
        for key in keys:
            answer = answers.get(key)
            if answer is not None and answer.status == 200:
                call = self._calls[key] = _Call(asyncio.get_running_loop().create_future(), sent=True)
                call.answer.set_result(answer)

    def _start(self, work: Awaitable[None]) -> None:
        async def done() -> None:
            await work

        task = asyncio.create_task(done())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _collect(self) -> None:
        """Make batches of the calls that wait: as soon as there are enough for one, or no more come."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            full = any(self._is_full(queue) for queue in self._queues.values())
            if not full:
                try:
                    async with asyncio.timeout(self._quiet):
                        await self._arrived.wait()
                except TimeoutError:
                    pass
                else:
                    continue
            for url, queue in self._queues.items():
                while queue.calls and (not full or self._is_full(queue)):
                    self._start(self._send(url, self._taken(queue)))
                if queue.calls:
                    self._arrived.set()

    def _is_full(self, queue: _Queue) -> bool:
        return len(queue.calls) >= self._size or queue.bytes >= MOST_BYTES

    def _taken(self, queue: _Queue) -> dict[str, _Call]:
        """The first calls of a queue, as many as one batch holds."""
        taken: dict[str, _Call] = {}
        total = 0
        for key, call in list(queue.calls.items()):
            if len(taken) == self._size or (taken and total + len(call.line) > MOST_BYTES):
                break
            taken[key] = queue.calls.pop(key)
            total += len(call.line)
            call.sent = True
        queue.bytes -= total
        return taken

    async def _send(self, url: str, calls: dict[str, _Call]) -> None:
        try:
            batch = await asyncio.to_thread(self._store.add, url, [call.line for call in calls.values()])
            if self._mode == "api":
                batch = await self._follower.submitted(batch)
        except Exception as error:
            self._fail(calls, error)
            return
        if self._mode == "api":
            await self._follow(batch, calls)
        else:
            self._written.update(dict.fromkeys(calls, batch))
            self._fail(calls, self._not_answered(batch))

    async def _follow(self, batch: Stored, calls: dict[str, _Call]) -> None:
        try:
            ended = await self._follower.ended(batch)
            answers = await asyncio.to_thread(self._store.output, ended)
        except Exception as error:
            self._fail(calls, error)
            return
        for key, call in calls.items():
            answer = answers.get(key) or Answered(key, None, b"null", NO_ANSWER)
            if call.waiters or answer.status == 200:
                call.answer.set_result(answer)
            else:
                self._drop(key, call)

    def _fail(self, calls: dict[str, _Call], error: Exception) -> None:
        for key, call in calls.items():
            if call.waiters:
                call.answer.set_exception(error)
                call.answer.exception()  # marked as seen: the one that asked may be gone
            else:
                self._drop(key, call)

    def _drop(self, key: str, call: _Call) -> None:
        """Forget a call that nobody waits for: whoever asks for it has it asked again."""
        if self._calls.get(key) is call:
            del self._calls[key]

    def _not_answered(self, batch: Stored) -> BatchWaiting:
        path, output = self._store.requests_path(batch.name), self._store.output_path(batch.name)
        message = f"{batch.requests} requests wait in {path} for their answers in {output.name} beside it."
        hint = f"Have them answered (vllm run-batch -i {path} -o {output} --model ...) and run the same command again."
        return BatchWaiting(message, hint=hint)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Stop following; what was submitted goes on at the service, and the next session follows it."""
        tasks = list(self._tasks)
        if self._opening is not None:
            tasks.append(self._opening)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._opening = None
        for call in self._calls.values():
            call.answer.cancel()
        self._calls.clear()
        await self._inner.close()
