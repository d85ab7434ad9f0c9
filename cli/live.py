"""Progress on a terminal (one line that changes) or in a log (a line now and then), always to stderr."""

from __future__ import annotations

import sys
import time

from ..runs.progress import Progress, Snapshot, StageSnapshot
from .output import printable

LOG_EVERY = 10.0
"""Seconds between lines where stderr is no terminal."""


def progress_for(quiet: bool) -> Progress:
    """What fits stderr."""
    from ..runs.progress import Silent

    if quiet:
        return Silent()
    return TerminalProgress() if sys.stderr.isatty() else LogProgress()


class LogProgress:
    """Plain lines."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def say(self, message: str) -> None:
        """Print it."""
        sys.stderr.write(f"{printable(message)}\n")
        sys.stderr.flush()

    def update(self, snapshot: Snapshot | StageSnapshot) -> None:
        """Print a line if it is time."""
        now = time.monotonic()
        if now - self._last >= LOG_EVERY:
            self._last = now
            self.say(describe(snapshot))


class TerminalProgress:
    """One line, redrawn."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live
        from rich.text import Text

        self._console = Console(stderr=True)
        self._text = Text
        self._live = Live("", console=self._console, refresh_per_second=4, transient=True)
        self._live.start()

    def say(self, message: str) -> None:
        """Print it above the line."""
        self._console.print(printable(message), markup=False, highlight=False)

    def update(self, snapshot: Snapshot | StageSnapshot) -> None:
        """Redraw the line."""
        line = self._text(describe(snapshot), no_wrap=True, overflow="ellipsis")
        self._live.update(line)

    def close(self) -> None:
        """Take the line away."""
        self._live.stop()


def describe(s: Snapshot | StageSnapshot) -> str:
    """The state in one line: done, rate, in flight, kept, retries, cost, time left."""
    if isinstance(s, StageSnapshot):
        return _describe_stage(s)
    total = f"/{s.items_total}" if s.items_total is not None else ""
    parts = [f"{s.items_done}{total} items", f"{s.rate:.1f}/s", f"{s.in_flight} in flight"]
    if s.waiting:
        parts.append(f"{s.waiting} waiting")
    if s.calls_total and s.calls_total != s.items_total:
        parts.insert(1, f"{s.calls_done}/{s.calls_total} calls")
    if s.candidates:
        parts.append(f"kept {s.kept}/{s.candidates} ({s.kept / s.candidates:.0%})")
    if s.journal_hits:
        parts.append(f"{s.journal_hits} from the journal")
    if s.retries:
        causes = ", ".join(f"{cause} {n}" for cause, n in sorted(s.retries_by_cause.items(), key=lambda c: -c[1])[:3])
        parts.append(f"{s.retries} retries ({causes})")
    if s.tokens:
        parts.append(f"{s.tokens} tokens")
    if s.cost is not None and s.cost > 0:
        parts.append(f"${s.cost:.4f}")
    return " | ".join([*parts, *_time_left(s.seconds_left)])


def _describe_stage(s: StageSnapshot) -> str:
    total = f"/{s.total}" if s.total is not None else ""
    return " | ".join([f"{s.stage}: {s.done}{total} rows", f"{s.rate:.0f}/s", *_time_left(s.seconds_left)])


def _time_left(seconds: float | None) -> list[str]:
    return [] if seconds is None else [f"{int(seconds // 60)}:{int(seconds % 60):02d} left"]
