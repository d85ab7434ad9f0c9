"""Limited: calls in flight, requests a minute, tokens a minute, and back-pressure from the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from heapq import heappop, heappush

from ..core.errors import RetryableError
from .backend import Backend, Capabilities
from .request import Reply, Request
from .stats import CallStats

WINDOW = 64
"""Replies over which the share of 429 is taken."""
RISING = 0.25
"""Share of 429 above which the limit is lowered, provided that it is higher than in the window before."""


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
            may_send: asked once a call has its slot; raises where nothing may be sent any more.
            clock: gives seconds and only moves forward.
            sleep: waits for that many seconds.
        """
        self._inner = inner
        self._stats = stats
        self._ceiling = concurrency
        self._limit = concurrency
        self._busy = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = 0
        self._may_send = may_send
        self._clock = clock
        self._sleep = sleep
        self._request_gap = 60.0 / requests_per_minute if requests_per_minute else 0.0
        self._token_rate = tokens_per_minute / 60.0 if tokens_per_minute else 0.0
        self._next_send = 0.0
        self._seen = 0
        self._refused = 0
        self._share_before = 0.0

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
        return self._limit

    async def complete(self, request: Request) -> Reply:
        """Wait for a slot and the rate limits, then pass the call on."""
        if self._busy >= self._limit or self._waiting:
            await self._queue()
        else:
            self._busy += 1
        stats = self._stats
        stats.in_flight += 1
        refused = False
        try:
            if self._request_gap or self._token_rate:
                await self._pace()
            self._may_send()
            reply = await self._inner.complete(request)
            if self._token_rate:
                tokens = reply.usage.prompt_tokens + reply.usage.completion_tokens
                self._next_send = max(self._next_send, self._clock()) + tokens / self._token_rate
        except RetryableError as error:
            refused = error.status == 429
            raise
        else:
            return reply
        finally:
            stats.in_flight -= 1
            self._observe(refused)
            self._busy -= 1
            self._wake()

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
        while self._waiting and self._busy < self._limit:
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

    def _observe(self, refused: bool) -> None:
        """Lower the limit when the share of 429 is high and rising, raise it step by step otherwise."""
        self._seen += 1
        self._refused += refused
        if self._seen < min(WINDOW, 2 * self._limit):
            return
        share = self._refused / self._seen
        if share > RISING and share > self._share_before:
            self._limit = max(1, int(self._limit * 0.7))
        elif share <= RISING and self._limit < self._ceiling:
            self._limit = min(self._ceiling, self._limit + max(1, self._ceiling // 16))
        self._share_before = share
        self._seen = self._refused = 0

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
