"""Counts of what was asked: shared by the wrappers of a run, read by progress and by run.json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class CallStats:
    """Running totals over all roles of a run."""

    sent: int = 0
    """Calls put to an endpoint (a call that was tried three times counts once)."""
    journal_hits: int = 0
    shared: int = 0
    """Calls that waited for an equal one in flight instead of being sent."""
    in_flight: int = 0
    waiting: int = 0
    """Calls that wait for their next try."""
    retries: int = 0
    hedged: int = 0
    """Calls that were sent a second time beside the first, which was slow."""
    by_cause: Counter[str] = field(default_factory=Counter)
    """Slug of an error that passes -> tries that ended with it."""
    asked_again: Counter[str] = field(default_factory=Counter)
    """Slug of what was wrong with an answer -> how often it was asked again."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    by_role_tokens: dict[str, list[int]] = field(default_factory=dict)
    """Role -> [prompt tokens, completion tokens]."""

    def add_usage(self, role: str, prompt: int, completion: int) -> None:
        """Count the tokens of one reply that was paid for."""
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        entry = self.by_role_tokens.setdefault(role, [0, 0])
        entry[0] += prompt
        entry[1] += completion
