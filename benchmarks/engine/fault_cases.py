"""What comes out when the server fails: rows, requests, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clients import Client, Job, rejected
from faults import Settings, draw
from table import Line
from trial import Bench, Trial, tell
from workload import marker_of

LATENCY_MS = 200.0


@dataclass(frozen=True)
class Case:
    """One behaviour of the server."""

    what: str
    goal: str
    settings: Settings
    timeout: float = 60.0
    """Seconds for one request."""
    times: int = 1
    """Times as many prompts as the other cases have."""
    peers: bool = True
    """Whether the peers meet it too."""


MIXED = Case(
    "5 % 429, 2 % 500, 1 % reset, .5 % hang",
    "all rows, 0 doubled; <= 1.05x requests, <= 1.2x wall",
    Settings(latency_ms=LATENCY_MS, p429=0.05, p500=0.02, reset=0.01, hang=0.005),
    timeout=15.0,
)
INVALID = Case("2 % invalid replies", "0 wrong, 0 null", Settings(latency_ms=LATENCY_MS, invalid=0.02))
FOR_EVER = Case(
    "2 % of the prompts: invalid at every try",
    "ends normally; rejected are exactly those",
    Settings(latency_ms=LATENCY_MS, invalid=0.02, sticky=True),
)
BROKEN = Case(
    "1 % cut body, 1 % HTML with status 200, 1 % cut by length",
    "all rows",
    Settings(latency_ms=LATENCY_MS, cut=0.01, html=0.01, length=0.01),
)
LOTS = Case(
    "30 % 429 with Retry-After: 1, drawn by lot",
    "all rows; no slower than the bare loop",
    Settings(latency_ms=LATENCY_MS, p429=0.3),
    times=5,
    peers=False,
)
REFUSED = Case("401 to every request", "ends at once", Settings(latency_ms=LATENCY_MS, p401=1.0))


def measure(bench: Bench, clients: Sequence[Client], size: int, bare: str) -> list[Line]:
    """All cases, all clients."""
    found = []
    for case in (MIXED, LOTS, INVALID, FOR_EVER, BROKEN, REFUSED):
        tell(f"{case.what}")
        trials: dict[str, tuple[Trial, Job]] = {}
        prompts = size * case.times
        for client in clients:
            if case.peers or not client.peer:
                trials[client.name] = bench.trial(client, prompts, case.settings, case.timeout)
        found.append(_line(case, prompts, trials, bare))
    return found


def _line(case: Case, size: int, trials: Mapping[str, tuple[Trial, Job]], bare: str) -> Line:
    cells = {}
    for name, (trial, job) in trials.items():
        parts = [came_out(trial, size)]
        if case in (MIXED, LOTS):
            parts.append(f"{trial.stats['requests']:,} requests{_times(trials, name, bare)}")
        if case is FOR_EVER and name == "corpusmith":
            parts.append(_rejects(case.settings, size, job))
        if case is REFUSED:
            parts = [f"{trial.stats['requests']:,} requests"]
        cells[name] = "; ".join([*parts, lasted(trial)])
    return Line(f"{case.what}, {size:,} prompts", case.goal, cells)


def came_out(trial: Trial, size: int) -> str:
    """Rows, and what is wrong with them."""
    rows = trial.rows
    text = f"{rows.right:,} rows" if rows.right == size else f"{rows.right:,} of {size:,} rows"
    faults = [("wrong", rows.wrong), ("null", rows.null), ("doubled", rows.doubled)]
    return ", ".join([text, *(f"{number:,} {name}" for name, number in faults if number)])


def lasted(trial: Trial) -> str:
    """Wall time, or that it did not end."""
    if trial.cost.gave_up:
        return f"not finished at {trial.cost.wall:.0f} s"
    failed = f", exit {trial.cost.code}" if trial.cost.code else ""
    return f"{trial.cost.wall:.1f} s{failed}"


def _times(trials: Mapping[str, tuple[Trial, Job]], name: str, bare: str) -> str:
    if name == bare or bare not in trials:
        return ""
    base = trials[bare][0]
    own = trials[name][0]
    requests = own.stats["requests"] / base.stats["requests"]
    return f" ({requests:.2f}x; wall {own.cost.wall / base.cost.wall:.2f}x)"


def _rejects(settings: Settings, size: int, job: Job) -> str:
    wanted = {m for m in map(marker_of, range(size)) if draw(settings, m, 0) == "invalid"}
    found = rejected(job)
    if sorted(found) == sorted(wanted):
        return f"{len(found)} rejected, exactly those"
    return f"{len(found)} rejected, {len(wanted)} should be"
