"""What a request costs when nothing goes wrong: CPU, wall time, memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from clients import Client
from faults import Settings
from process import Cost
from table import Line
from trial import Bench, tell
from workload import IN_FLIGHT

LATENCY_MS = 200.0
HUGE = 200_000
HUGE_LATENCY_MS = 50.0


@dataclass(frozen=True)
class Sizes:
    """Numbers of prompts."""

    small: int
    large: int

    @property
    def ideal(self) -> float:
        """Seconds that the large one takes if no time is lost anywhere."""
        return self.large * LATENCY_MS / 1000 / IN_FLIGHT


Rounds = Mapping[str, Sequence[tuple[Cost, Cost]]]
"""Client -> for each round, the costs of the small and the large size."""


def measure(bench: Bench, clients: Sequence[Client], sizes: Sizes, repeat: int, peer_repeat: int) -> Rounds:
    """Let the clients take turns, so that a slow minute of the machine hits them all."""
    rounds: dict[str, list[tuple[Cost, Cost]]] = {client.name: [] for client in clients}
    for number in range(max(repeat, peer_repeat)):
        tell(f"cost of a request, round {number + 1}")
        for client in clients:
            if number >= (peer_repeat if client.peer else repeat):
                continue
            pair = []
            for size in (sizes.small, sizes.large):
                found, _ = bench.trial(client, size, Settings(latency_ms=LATENCY_MS))
                if found.rows.right != size:
                    tell(f"  {client.name}: {size - found.rows.right} rows missing; this round is left out")
                    break
                pair.append(found.cost)
            if len(pair) == 2:
                rounds[client.name].append((pair[0], pair[1]))
    return {name: found for name, found in rounds.items() if found}


def lines(rounds: Rounds, sizes: Sizes, bare: str) -> list[Line]:
    """Slope, intercept, wall and memory; medians of the rounds."""
    span = sizes.large - sizes.small
    slope = {name: [(b.cpu - a.cpu) / span * 1000 for a, b in pairs] for name, pairs in rounds.items()}
    fixed = {
        name: [a.cpu - s * sizes.small / 1000 for (a, _), s in zip(pairs, slope[name], strict=True)]
        for name, pairs in rounds.items()
    }
    wall = {name: [b.wall / sizes.ideal for _, b in pairs] for name, pairs in rounds.items()}
    peak = {name: [b.peak_mb for _, b in pairs] for name, pairs in rounds.items()}
    most = max((len(pairs) for pairs in rounds.values()), default=0)
    small, large = f"{sizes.small:,}", f"{sizes.large:,}"

    def line(what: str, goal: str, values: Mapping[str, Sequence[float]], form: str, *, ratio: bool) -> Line:
        cells = {name: _spread(found, form) for name, found in values.items()}
        return Line(what, goal, cells, _ratios(values, bare) if ratio else {})

    return [
        line(f"CPU per request, slope {small} to {large} (ms; {most} rounds)", "<= 1.3x", slope, ".3f", ratio=True),
        line("fixed CPU of a run (s)", "<= 2.5", fixed, ".2f", ratio=False),
        line(f"wall / ideal, {large} prompts", "<= 1.10", wall, ".2f", ratio=False),
        line(f"peak memory, {large} prompts (MB)", "<= 150", peak, ".0f", ratio=False),
    ]


def huge(bench: Bench, clients: Sequence[Client], size: int) -> list[Line]:
    """Memory at many prompts; the peers are left out, they would take an hour."""
    tell(f"memory at {size} prompts")
    cells = {}
    for client in clients:
        if not client.peer:
            found, _ = bench.trial(client, size, Settings(latency_ms=HUGE_LATENCY_MS))
            missing = size - found.rows.right
            cells[client.name] = f"{found.cost.peak_mb:.0f}" + (f", {missing} rows missing" if missing else "")
    what = f"peak memory, {size:,} prompts at {HUGE_LATENCY_MS:.0f} ms (MB)"
    return [Line(what, "at most 20 above the line before", cells)]


def _spread(values: Sequence[float], form: str) -> str:
    middle = f"{median(values):{form}}"
    low, high = f"{min(values):{form}}", f"{max(values):{form}}"
    return middle if low == high else f"{middle} [{low}, {high}]"


def _ratios(values: Mapping[str, Sequence[float]], bare: str) -> dict[str, float]:
    """Median of the rounds' ratios; where a client has fewer rounds, the ratio of the medians."""
    if bare not in values:
        return {}
    found = {}
    for name, own in values.items():
        if name == bare:
            continue
        base = values[bare]
        pairs = list(zip(own, base, strict=False))
        found[name] = median(a / b for a, b in pairs) if len(own) == len(base) else median(own) / median(base)
    return found
