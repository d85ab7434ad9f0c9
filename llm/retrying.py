"""Retrying: asks again after errors that pass, soon, with full jitter, honouring Retry-After."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from ..core.errors import RetryableError
from .backend import Backend, Capabilities
from .request import Reply, Request
from .stats import CallStats

FIRST_DELAY = 0.5
"""Seconds: upper end of the first delay; it doubles with each try."""
LONGEST_DELAY = 30.0
_MOST_DOUBLINGS = 16
LONGEST_RETRY_AFTER = 300.0


class Retrying:
    """A backend that tries each call up to `1 + retries` times. A waiting call holds no slot."""

    def __init__(
        self,
        inner: Backend,
        stats: CallStats,
        *,
        retries: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap `inner`; `sleep` takes seconds and is there to be replaced by an injected clock."""
        self._inner = inner
        self._stats = stats
        self._retries = retries
        self._sleep = sleep
        # Jitter changes when a call is sent, never what it asks: it needs no seed.
        self._jitter = random.Random()

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Answer the request, trying again after a RetryableError; the last one is raised."""
        tries = 0
        while True:
            try:
                return await self._inner.complete(request)
            except RetryableError as error:
                self._stats.by_cause[error.kind] += 1
                tries += 1
                if tries > self._retries:
                    raise
                self._stats.retries += 1
                delay = self._jitter.uniform(
                    0.0, min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries - 1, _MOST_DOUBLINGS))
                )
                if error.retry_after is not None:
                    asked = min(error.retry_after, LONGEST_RETRY_AFTER) * self._jitter.uniform(1.0, 1.1)
                    # A call that is refused again and again makes room, whatever the server says.
                    delay = asked if tries == 1 else max(asked, delay)
            await self._sleep(delay)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
