"""What is lost and what is paid twice: SIGKILL half-way, and a full disk half-way; then the same command again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clients import Client, Job
from fault_cases import lasted
from faults import Settings
from table import Line
from trial import Bench, Trial, tell

LATENCY_MS = 200.0


@dataclass(frozen=True)
class _Resumed:
    """A run that was stopped and begun again."""

    second: Trial
    to_first_new: float | None
    """Seconds from the second start to the first request that was not answered before."""


def killed(bench: Bench, clients: Sequence[Client], size: int) -> list[Line]:
    """SIGKILL to the whole process group when half of the prompts were answered."""
    tell(f"kill -9 at half of {size} prompts")
    cells = {}
    for client in clients:
        job = bench.job(client, size)
        bench.endpoint.set(Settings(latency_ms=LATENCY_MS))
        bench.command(client, job, kill_when=_half_answered(bench, size))
        in_flight = bench.endpoint.stats()["most_in_flight"]
        found = _resume(bench, client, job, size)
        cells[client.name] = _cell(found, f"{found.second.stats['paid_twice']} (of {in_flight} in flight)")
    what = f"kill -9 at 50 % of {size:,}, the same command again: lost / paid twice / first new request"
    return [Line(what, "0 / <= in flight / <= 1 s", cells)]


def disk_full(bench: Bench, clients: Sequence[Client], size: int) -> list[Line]:
    """Writes fail beyond half the size of the largest file that the client needs; then there is room again."""
    tell(f"disk full half-way of {size} prompts")
    cells = {}
    for client in clients:
        whole, _ = bench.trial(client, size, Settings(latency_ms=LATENCY_MS))
        job = bench.job(client, size)
        bench.endpoint.set(Settings(latency_ms=LATENCY_MS))
        first = bench.command(client, job, largest_file=whole.largest_file // 2)
        found = _resume(bench, client, job, size)
        how = "hung" if first.gave_up else f"exit {first.code}"
        cells[client.name] = f"{how}; " + _cell(found, str(found.second.stats["paid_twice"]))
    what = f"disk full half-way of {size:,}, then room again: lost / paid twice / first new request"
    return [Line(what, "clear error; 0 / <= in flight / -", cells)]


def _resume(bench: Bench, client: Client, job: Job, size: int) -> _Resumed:
    bench.endpoint.mark()
    cost = bench.command(client, job)
    second = bench.judge(client, job, size, cost)
    first_new = second.stats["first_new_at"]
    return _Resumed(second, None if first_new is None else first_new - cost.started_at)


def _cell(found: _Resumed, twice: str) -> str:
    new = "none" if found.to_first_new is None else f"{found.to_first_new:.1f} s"
    end = "" if found.second.cost.code == 0 else f"; {lasted(found.second)}"
    return f"{len(found.second.rows.missing)} / {twice} / {new}{end}"


def _half_answered(bench: Bench, size: int) -> Callable[[], bool]:
    return lambda: bool(bench.endpoint.stats()["answered"] >= size / 2)
