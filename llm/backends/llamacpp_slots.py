"""Which waiting call goes to which slot of the embedded server: the one whose prompt that slot has just read.

A slot keeps the state of the prompt it read last and skips what the next one has in common with it from the start.
Reading prompts is most of a small model's work (few-shot examples and a passage of 160 tokens for a question of 20),
so calls about the same passage should follow each other in one slot. First come, first served scatters them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

PATIENCE = 4
"""A call is overtaken by at most this many calls per slot, then it is next whatever its prompt."""


@dataclass(slots=True, eq=False)
class _Waiting:
    text: str
    shared: list[int]
    """By slot: characters that the text has in common with what the slot read last."""
    arrived: int
    turn: asyncio.Future[int]


class PrefixSlots:
    """Hands out slots 0 .. count - 1, each to one call at a time."""

    def __init__(self, count: int) -> None:
        """Begin with `count` free slots that have read nothing."""
        self._read = [""] * count
        self._free = set(range(count))
        self._waiting: list[_Waiting] = []
        self._handed_out = 0

    @asynccontextmanager
    async def hold(self, text: str) -> AsyncIterator[int]:
        """Wait for a slot, hold it while the block runs.

        Args:
            text: the whole prompt, as far as it says what the slot can skip.
        """
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        call = _Waiting(text, [common_prefix(text, read) for read in self._read], self._handed_out, turn)
        self._waiting.append(call)
        self._hand_out()
        try:
            slot = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(turn.result())
            elif call in self._waiting:
                self._waiting.remove(call)
            raise
        try:
            yield slot
        finally:
            self._give_back(slot)

    def _give_back(self, slot: int) -> None:
        self._free.add(slot)
        self._hand_out()

    def _hand_out(self) -> None:
        # A call that was given up stands here until its task comes to run: it must not be given a slot.
        self._waiting = [call for call in self._waiting if not call.turn.done()]
        while self._free and self._waiting:
            slot, call = self._best()
            self._waiting.remove(call)
            self._free.discard(slot)
            self._handed_out += 1
            self._read[slot] = call.text
            for other in self._waiting:
                other.shared[slot] = common_prefix(other.text, call.text)
            call.turn.set_result(slot)

    def _best(self) -> tuple[int, _Waiting]:
        """The free slot and the waiting call that go together best.

        A call that has more in common with another, busy slot had better wait for that one; among the rest the one
        that can skip most goes first, then the oldest.
        """
        oldest = self._waiting[0]
        if self._handed_out - oldest.arrived >= PATIENCE * len(self._read):
            return max(self._free, key=oldest.shared.__getitem__), oldest
        pairs = ((slot, call) for call in self._waiting for slot in sorted(self._free))
        return min(pairs, key=lambda pair: (max(pair[1].shared) - pair[1].shared[pair[0]], -pair[1].shared[pair[0]]))


def common_prefix(a: str, b: str) -> int:
    """Number of characters that two texts have in common from the start."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
