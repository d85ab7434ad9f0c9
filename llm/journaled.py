"""Journaled: a backend that answers from the journal where it can, and writes down what it had to ask."""

from __future__ import annotations

import asyncio

from ..core.errors import EndpointError
from .backend import Backend, Capabilities
from .journal import Journal
from .request import Reply, Request
from .stats import CallStats


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Journaled:
    """A backend that answers from the journal where it can; a hit costs no money, no token and no slot."""

    def __init__(self, inner: Backend, journal: Journal, stats: CallStats, role: str = "default") -> None:
        """Wrap `inner`; all roles of a run share one journal, each counted under its own name."""
        self._inner = inner
        self._journal = journal
        self._stats = stats
        self._role = role
        self._asked: dict[str, asyncio.Future[Reply]] = {}

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Answer from the journal, else from an equal call in flight, else from the wrapped backend."""
        key = request.key()
        raw = self._journal.find(key)
        if raw is not None:
            self._stats.journal_hits += 1
            return self._inner.decode(request, raw)
        waiting = self._asked.get(key)
        if waiting is not None:
            self._stats.shared += 1
            try:
                return await asyncio.shield(waiting)
            except asyncio.CancelledError:
                if not waiting.cancelled() or _is_cancelled():
                    raise
            # Only the one that had sent it was given up, not this call.
            self._stats.shared -= 1
            return await self.complete(request)
        self._journal.require_writable()
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[key] = future
        try:
            reply = await self._inner.complete(request)
            self._journal.accept(key, request, reply, self._role)
        except BaseException as error:
            if isinstance(error, Exception):
                future.set_exception(error)
                future.exception()  # marked as seen: usually nobody else waits for it
            else:
                future.cancel()
            if isinstance(error, EndpointError):
                self._journal.reject(key, error)
            raise
        else:
            future.set_result(reply)
            return reply
        finally:
            del self._asked[key]

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend; the journal belongs to the run."""
        await self._inner.close()
