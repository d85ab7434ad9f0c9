"""What a run tells while it runs. The command line shows it; `import corpusmith` is silent by default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a run at one moment."""

    seconds: float
    """Since the session began."""
    items_done: int
    items_total: int | None
    """None while it is not known."""
    candidates: int
    kept: int
    target: int | None
    calls: int
    """Sent in this session."""
    journal_hits: int
    in_flight: int
    retries: int
    retries_by_cause: dict[str, int]
    tokens: int
    cost: float | None
    """US dollars of the whole run; None where a price is unknown."""
    waiting: int = 0
    """Calls that wait for their next try."""
    calls_total: int | None = None
    """Forecast of this session's calls; None where there is none."""

    @property
    def calls_done(self) -> int:
        """Calls of this session that have ended."""
        return max(0, self.calls - self.in_flight)

    @property
    def rate(self) -> float:
        """Items a second."""
        return self.items_done / self.seconds if self.seconds > 0 else 0.0

    @property
    def accept_rate(self) -> float | None:
        """Share of candidates that were kept."""
        return self.kept / self.candidates if self.candidates else None

    @property
    def seconds_left(self) -> float | None:
        """By the rate so far; None where there is nothing to go by."""
        if self.target is not None and self.kept:
            return max(0.0, (self.target - self.kept) / self.kept * self.seconds)
        if self.calls_total and self.calls_done and self.seconds > 0:
            done = self.calls_done + self.journal_hits
            return max(0.0, (self.calls_total - done) / (self.calls_done / self.seconds))
        return None


@dataclass(frozen=True, slots=True)
class StageSnapshot:
    """How far a stage of work on rows is."""

    stage: str
    done: int
    """Rows."""
    total: int | None
    """None while it is not known."""
    seconds: float
    """Since the command began."""

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """By the rate so far; None where there is nothing to go by."""
        if self.total is None or not self.rate:
            return None
        return max(0.0, (self.total - self.done) / self.rate)


class Progress(Protocol):
    """Where a run reports to."""

    def say(self, message: str) -> None:
        """One line that the user should see (a model being fetched, a stage beginning)."""
        ...

    def update(self, snapshot: Snapshot | StageSnapshot) -> None:
        """The current state, a few times a second at most."""
        ...


class Silent:
    """Says nothing."""

    def say(self, message: str) -> None:
        """Ignore it."""

    def update(self, snapshot: Snapshot | StageSnapshot) -> None:
        """Ignore it."""
