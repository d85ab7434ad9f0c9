"""Which request gets which fault: a function of the seed, the prompt's marker and how often it was asked before.

So every client meets the same faults on the same prompts, in whatever order it asks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

KINDS = ("p429", "p500", "reset", "hang", "html", "cut", "length", "invalid", "p401")


@dataclass(frozen=True)
class Settings:
    """How the server behaves; a share is between 0 and 1."""

    latency_ms: float = 200.0
    p429: float = 0.0
    """Share of 429, with Retry-After."""
    retry_after: float = 1.0
    p500: float = 0.0
    reset: float = 0.0
    """Share of connections that are reset in place of an answer."""
    hang: float = 0.0
    """Share of requests that are never answered."""
    html: float = 0.0
    """Share of replies with status 200 and an HTML page."""
    cut: float = 0.0
    """Share of replies with status 200 whose JSON ends half-way."""
    length: float = 0.0
    """Share of answers cut by their length limit (finish_reason=length)."""
    invalid: float = 0.0
    """Share of answers that break the schema: wrong type, prose, cut JSON."""
    p401: float = 0.0
    sticky: bool = False
    """The same fault at every attempt."""
    seed: int = 1

    @classmethod
    def read(cls, given: dict[str, Any]) -> Settings:
        """From JSON; a name that is not known is an error."""
        unknown = set(given) - {field.name for field in fields(cls)}
        if unknown:
            message = f"unknown server settings: {sorted(unknown)}"
            raise ValueError(message)
        return cls(**given)


def draw(settings: Settings, marker: str, attempt: int) -> str | None:
    """The fault of this attempt (0 is the first), or None."""
    text = f"{settings.seed}|{marker}|{0 if settings.sticky else attempt}"
    number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64
    for kind in KINDS:
        share = getattr(settings, kind)
        if number < share:
            return kind
        number -= share
    return None


def any_fault(settings: Settings) -> bool:
    """Whether there is anything to draw."""
    return any(getattr(settings, kind) for kind in KINDS)
