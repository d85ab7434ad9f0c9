"""Limited: calls in flight, requests a minute, tokens a minute, and back-pressure from the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from heapq import heappop, heappush

from ..core.errors import RetryableError
from .backend import Backend, Capabilities
from .pressure import Pressure
from .request import Reply, Request
from .stats import CallStats

_ASKED_TOO_MUCH = frozenset({429, 503, 529})

turn_of: ContextVar[int] = ContextVar("turn_of", default=0)
"""Number of the item that a call is made for. Of the calls that wait, those of the lowest number go first: items that
were begun are finished before new ones are begun, whatever the number of calls each takes."""


class Limited:
    """A backend that lets `concurrency` calls through at a time, first come first served within one item."""

    def __init__(
        self,
        inner: Backend,
        stats: CallStats,
        *,
        concurrency: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        long: float = float("inf"),
        may_send: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap `inner`.

        Args:
            inner: what answers.
            stats: counts the calls in flight.
            concurrency: calls at a time.
            requests_per_minute: cap on their rate.
            tokens_per_minute: cap on the rate of tokens.
            long: seconds below which no answer is late (see `Pressure`).
            may_send: asked once a call has its slot; raises where nothing may be sent any more.
            clock: gives seconds and only moves forward.
            sleep: waits for that many seconds.
        """
        self._inner = inner
        self._stats = stats
        self._pressure = Pressure(concurrency, long=long)
        self._busy = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = 0
        self._may_send = may_send
        self._clock = clock
        self._sleep = sleep
        self._request_gap = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._token_rate = tokens_per_minute / 60.0 if tokens_per_minute else 0.0
        self._next_send = 0.0

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    @property
    def limit(self) -> int:
        """Calls allowed in flight at this moment."""
        return self._pressure.limit

    async def complete(self, request: Request) -> Reply:
        """Wait for a slot and the rate limits, then pass the call on."""
        if self._busy >= self._pressure.limit or self._waiting:
            await self._queue()
        else:
            self._busy += 1
        stats = self._stats
        stats.in_flight += 1
        try:
            if self._request_gap or self._token_rate:
                await self._pace()
            self._may_send()
            reply = await self._send(request)
            if self._token_rate:
                tokens = reply.usage.prompt_tokens + reply.usage.completion_tokens
                self._next_send = max(self._next_send, self._clock()) + tokens / self._token_rate
            return reply
        finally:
            stats.in_flight -= 1
            self._busy -= 1
            self._wake()

    async def _send(self, request: Request) -> Reply:
        refused = False
        number = self._pressure.begin(self._clock())
        try:
            return await self._inner.complete(request)
        except RetryableError as error:
            refused = error.status in _ASKED_TOO_MUCH
            raise
        finally:
            self._pressure.end(number, refused, self._clock())

    async def _queue(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heappush(self._waiting, (turn_of.get(), self._arrivals, turn))
        self._wake()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._busy -= 1
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting and self._busy < self._pressure.limit:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                self._busy += 1
                turn.set_result(None)

    async def _pace(self) -> None:
        now = self._clock()
        at = max(now, self._next_send)
        self._next_send = at + self._request_gap
        if at > now:
            await self._sleep(at - now)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
