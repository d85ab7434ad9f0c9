"""The one method that every backend and every wrapper has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from .request import Reply, Request


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do; asked before anything is spent."""

    chat: bool = True
    text: bool = True
    """Plain continuation of a text."""
    score: bool = False
    """Token log-likelihoods of a given continuation."""
    json_schema: bool = True
    """Takes a JSON Schema for the answer."""
    slots: int | None = None
    """Calls that it works on at the same time, where further ones would only wait; None: it does not say."""


@runtime_checkable
class Backend(Protocol):
    """Answers requests. Wrappers (journal, budget, retries, limits) are backends around a backend."""

    @property
    def endpoint(self) -> str:
        """Who answers, without credentials: part of every request's key."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def complete(self, request: Request) -> Reply:
        """Answer one request.

        Raises:
            EndpointError: no reply was accepted (RetryableError and FatalEndpointError say what to make of it).
        """
        ...

    def decode(self, request: Request, raw: bytes) -> Reply:
        """Read a body that this backend once returned as `Reply.raw`; the journal replays with it.

        Raises:
            EndpointError: the body is not a reply.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and processes; calling it twice is harmless."""
        ...
