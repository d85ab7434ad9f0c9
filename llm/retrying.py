"""Retrying: asks again after errors that pass, soon, with full jitter, honouring Retry-After."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from ..core.errors import EndpointError, RetryableError
from .backend import Backend, Capabilities
from .request import Reply, Request
from .standstill import Standstill
from .stats import CallStats

FIRST_DELAY = 0.5
"""Seconds: upper end of the first delay; it doubles with each try."""
LONGEST_DELAY = 30.0
_MOST_DOUBLINGS = 16
LONGEST_RETRY_AFTER = 300.0
_LONGEST_OF_OUR_OWN = 2.0
"""Seconds: where the server says how long to wait, it is not waited much longer of our own accord."""
_LONGEST_TO_KNOCK = 8.0
"""Seconds between two tries to reach a server that is not there: it may come back at any moment."""


class Retrying:
    """A backend that tries each call up to `1 + retries` times. A waiting call holds no slot.

    A server that cannot be reached was asked for nothing, so such tries are not counted: how long it is waited for is
    the standstill's business.
    """

    def __init__(
        self,
        inner: Backend,
        stats: CallStats,
        *,
        retries: int,
        standstill: Standstill,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Wrap `inner`; `sleep` takes seconds and is there to be replaced by an injected clock."""
        self._inner = inner
        self._stats = stats
        self._retries = retries
        self._standstill = standstill
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
        """Answer the request, trying again after a RetryableError; the last one is raised.

        Raises:
            FatalEndpointError: no call has had a usable reply for too long.
        """
        tries = knocks = 0
        while True:
            try:
                reply = await self._inner.complete(request)
            except RetryableError as error:
                self._stats.by_cause[error.kind] += 1
                self._standstill.failed(error)
                if error.kind == "unreachable":
                    knocks += 1
                    delay = self._up_to(_LONGEST_TO_KNOCK, knocks)
                else:
                    tries += 1
                    if tries > self._retries:
                        raise
                    delay = self._delay(tries, error.retry_after)
                self._stats.retries += 1
            except EndpointError:
                # It refuses this request, and so is there.
                self._standstill.replied()
                raise
            else:
                self._standstill.replied()
                return reply
            self._stats.waiting += 1
            try:
                await self._sleep(delay)
            finally:
                self._stats.waiting -= 1

    def _delay(self, tries: int, retry_after: float | None) -> float:
        if retry_after is None:
            return self._up_to(LONGEST_DELAY, tries)
        asked = min(retry_after, LONGEST_RETRY_AFTER)
        # A call that is refused again and again makes room, whatever the server says.
        own = self._up_to(max(_LONGEST_OF_OUR_OWN, 2 * asked), tries) if tries > 1 else 0.0
        return max(asked * self._jitter.uniform(1.0, 1.1), own)

    def _up_to(self, longest: float, tries: int) -> float:
        """Full jitter below a bound that doubles with each try."""
        return self._jitter.uniform(0.0, min(longest, FIRST_DELAY * 2 ** min(tries - 1, _MOST_DOUBLINGS)))

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
