"""Budgeted: stops sending when the cap on money, tokens or calls is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..core.errors import BudgetExhausted, RunStopped
from .backend import Backend, Capabilities
from .request import Reply, Request
from .stats import CallStats


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    prompt: float
    completion: float


@dataclass(slots=True)
class Meter:
    """What a run has spent, over all roles, and how far it may go."""

    stats: CallStats
    calls: int | None = None
    tokens: int | None = None
    usd: float | None = None
    prices: Mapping[str, Price] = field(default_factory=dict)
    """Role -> price; a role without one has unknown cost."""
    before: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Role -> [calls, prompt tokens, completion tokens] of earlier sessions of the same run: the cap is on the run."""

    def used(self) -> tuple[int, int, int]:
        """Calls, prompt tokens and completion tokens of the whole run so far."""
        stats = self.stats
        return (
            sum(b[0] for b in self.before.values()) + stats.sent,
            sum(b[1] for b in self.before.values()) + stats.prompt_tokens,
            sum(b[2] for b in self.before.values()) + stats.completion_tokens,
        )

    def cost(self) -> float | None:
        """US dollars of the whole run so far; None if any role that was used has no price."""
        used = [(role, b[1], b[2]) for role, b in self.before.items()]
        used += [(role, u[0], u[1]) for role, u in self.stats.by_role_tokens.items()]
        total = 0.0
        for role, prompt, completion in used:
            price = self.prices.get(role)
            if price is None:
                return None
            total += (prompt * price.prompt + completion * price.completion) / 1e6
        return total

    def exhausted(self, *, counted: bool = False) -> str | None:
        """The cap that is reached, in words; None while there is room for another call.

        Args:
            counted: the call is counted already, so that only tokens and money can be too few for it.
        """
        if self.calls is None and self.tokens is None and self.usd is None:
            return None
        calls, prompt, completion = self.used()
        if self.calls is not None and calls >= self.calls and not counted:
            return f"{self.calls} calls"
        if self.tokens is not None and prompt + completion >= self.tokens:
            return f"{self.tokens} tokens ({prompt + completion} used)"
        cost = self.cost() if self.usd is not None else None
        if self.usd is not None and cost is not None and cost >= self.usd:
            return f"{self.usd:g} USD ({cost:.4f} spent)"
        return None

    def require_room(self, *, counted: bool = False) -> None:
        """Raise if there is no room for a call; see `exhausted`.

        Raises:
            BudgetExhausted: a cap is reached.
        """
        reached = self.exhausted(counted=counted)
        if reached is not None:
            message = f"the budget of {reached} is reached."
            raise BudgetExhausted(message, hint="Raise --budget and run the same command again to go on.")


class Budgeted:
    """A backend that raises BudgetExhausted instead of sending past the cap."""

    def __init__(self, inner: Backend, meter: Meter, role: str) -> None:
        """Wrap `inner`; calls and tokens are counted on the meter under `role`."""
        self._inner = inner
        self._meter = meter
        self._role = role

    @property
    def endpoint(self) -> str:
        """That of the wrapped backend."""
        return self._inner.endpoint

    @property
    def capabilities(self) -> Capabilities:
        """Those of the wrapped backend."""
        return self._inner.capabilities

    async def complete(self, request: Request) -> Reply:
        """Pass the call on if the budget has room for it."""
        self._meter.require_room()
        stats = self._meter.stats
        stats.sent += 1
        try:
            reply = await self._inner.complete(request)
        except (asyncio.CancelledError, RunStopped):
            # Given up, perhaps before it had a slot: nothing came of it, and the next session asks it again.
            stats.sent -= 1
            raise
        stats.add_usage(self._role, reply.usage.prompt_tokens, reply.usage.completion_tokens)
        return reply

    def decode(self, request: Request, raw: bytes) -> Reply:
        """As the wrapped backend does."""
        return self._inner.decode(request, raw)

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()
