"""The workers of a schedule: their number goes up and down while they work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Crew:
    """Tasks that all do the same work until there is no more."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Take what each worker does; nobody works yet."""
        self._work = work
        self._tasks: set[asyncio.Task[None]] = set()
        self._error: Exception | None = None
        self._gone = asyncio.Event()

    @property
    def size(self) -> int:
        """Workers at this moment."""
        return len(self._tasks)

    def grow(self, size: int) -> None:
        """Hire as many as are missing."""
        while len(self._tasks) < size:
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
            if isinstance(error, Exception):
                self._error = self._error or error
        if self._error is not None or not self._tasks:
            self._gone.set()

    async def gone(self, within: float | None = None) -> bool:
        """Wait until the last worker has left, for so many seconds at most; whether it has.

        Raises:
            Exception: the first that a worker ended with; the others are still at work.
        """
        try:
            async with asyncio.timeout(within):
                await self._gone.wait()
        except TimeoutError:
            return False
        if self._error is not None:
            raise self._error
        return True

    async def dismiss(self) -> None:
        """Cancel all that are left and wait for them."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
