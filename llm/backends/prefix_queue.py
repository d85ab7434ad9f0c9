"""Which waiting call an engine gets next: one whose prompt begins like the last ones', so that its cache still has it.

An engine with a prefix cache computes what two prompts have in common once, as long as it is kept. Calls that come in
any order would push each other's beginnings out of it. So at most as many calls as the engine works on at a time are
given to it, and of those that wait, the one that has most in common with the last one goes next.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from .llamacpp_slots import common_prefix

PATIENCE = 8
"""A call is overtaken by at most this many calls per slot, then it is next whatever its prompt."""


@dataclass(order=True, slots=True)
class _Waiting:
    text: str
    arrived: int
    turn: asyncio.Future[None] = field(compare=False)
    handed_out: int = field(compare=False)
    """Calls that had been handed out when it came."""


class PrefixQueue:
    """Lets `slots` calls through at a time."""

    def __init__(self, slots: int) -> None:
        """Begin with all slots free."""
        self._slots = slots
        self._busy = 0
        self._last = ""
        """The prompt that was let through last."""
        self._sorted: list[_Waiting] = []
        """By text: the longest beginning in common with any text is had by a neighbour of its place."""
        self._oldest: deque[_Waiting] = deque()
        self._handed_out = 0
        self._arrivals = 0

    @asynccontextmanager
    async def hold(self, text: str) -> AsyncIterator[None]:
        """Wait for a slot, hold it while the block runs.

        Args:
            text: the whole prompt.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        call = _Waiting(text, self._arrivals, turn, self._handed_out)
        insort(self._sorted, call)
        self._oldest.append(call)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()
            else:
                turn.cancel()
                self._take_out(call)
            raise
        try:
            yield
        finally:
            self._give_back()

    def _give_back(self) -> None:
        self._busy -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        while self._busy < self._slots and self._sorted:
            call = self._next()
            self._take_out(call)
            self._busy += 1
            self._handed_out += 1
            self._last = call.text
            call.turn.set_result(None)

    def _next(self) -> _Waiting:
        while self._oldest[0].turn.done():
            self._oldest.popleft()
        oldest = self._oldest[0]
        if self._handed_out - oldest.handed_out >= PATIENCE * self._slots:
            return oldest
        at = bisect_left(self._sorted, self._last, key=lambda call: call.text)
        near = self._sorted[max(0, at - 1) : at + 1]
        best = max(near, key=lambda call: (common_prefix(call.text, self._last), -call.arrived))
        in_common = common_prefix(best.text, self._last)
        return best if in_common > common_prefix(oldest.text, self._last) else oldest

    def _take_out(self, call: _Waiting) -> None:
        at = bisect_left(self._sorted, call)
        if at < len(self._sorted) and self._sorted[at] is call:
            del self._sorted[at]
