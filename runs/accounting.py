"""Counting what became of every candidate: candidates = kept + dropped + review + rejected + failed, per reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

Fate = Literal["kept", "dropped", "review", "rejected", "failed"]
FATES: tuple[Fate, ...] = ("kept", "dropped", "review", "rejected", "failed")


@dataclass(slots=True)
class Accounting:
    """Running counts. `candidates` is counted apart, so that the sum can be checked against it."""

    candidates: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: {fate: Counter() for fate in FATES})

    def count(self, fate: Fate, reason: str | None = None, number: int = 1) -> None:
        """Count one candidate, or several of the same fate."""
        self.candidates += number
        self.fates[fate] += number
        if fate != "kept":
            self.reasons[fate][reason or "unnamed"] += number

    def as_dict(self) -> dict[str, Any]:
        """The `counts` of run.json."""
        total = sum(self.fates.values())
        if total != self.candidates:
            message = f"the accounting does not add up: {self.candidates} candidates, {total} fates"
            raise AssertionError(message)
        by_reason = {
            fate: dict(sorted(self.reasons[fate].items(), key=lambda r: (-r[1], r[0])))
            for fate in FATES
            if fate != "kept"
        }
        counts: dict[str, Any] = {fate: self.fates[fate] for fate in FATES}
        return {"candidates": self.candidates, **counts, "by_reason": by_reason}

    def table(self) -> list[tuple[str, str, int]]:
        """(fate, reason, number) of everything that was not kept, most frequent first."""
        rows = [(f, r, n) for f in FATES for r, n in self.reasons[f].items()]
        return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))
