"""Hedged: a call that takes long is sent a second time beside the first, and the first reply counts.

Off unless a recipe asks for it (`hedge_after`): an endpoint may charge for both. It shortens the end of a run on an
endpoint of which a part hangs now and then; where all of it is slow, it makes it slower.
"""

from __future__ import annotations

import asyncio

from .backend import Backend, Capabilities
from .request import Reply, Request
from .stats import CallStats


class Hedged:
    """A backend that asks twice, at most, and gives up the slower one."""

    def __init__(self, inner: Backend, stats: CallStats, *, after: float) -> None:
        """Wrap `inner`; `after` is the number of seconds without a reply after which it asks again."""
        self._inner = inner
        self._stats = stats
        self._after = after

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Ask; after a while ask again; the first reply, or, if both fail, the error of the one that failed last."""
        calls = {asyncio.create_task(self._inner.complete(request))}
        try:
            done, _ = await asyncio.wait(calls, timeout=self._after)
            if not done:
                self._stats.hedged += 1
                calls.add(asyncio.create_task(self._inner.complete(request)))
            waiting = calls
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for call in done:
                    if call.exception() is None:
                        return call.result()
            return done.pop().result()
        finally:
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
