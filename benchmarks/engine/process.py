"""One command on the second core: how long, how much CPU, how much memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

CLIENT_CORE = 1
_POLL_S = 0.01
_SAMPLE_S = 0.05


@dataclass(frozen=True)
class Cost:
    """One process and its children."""

    wall: float
    """Seconds, start of the interpreter included."""
    cpu: float
    """Seconds, user and system."""
    peak_mb: float
    """Most resident memory at one time, summed over the processes (shared pages count in each)."""
    code: int
    started_at: float
    """Monotonic clock."""
    gave_up: bool = False
    """It did not end in the time it had."""


class _Tree:
    """The process and its children, looked at now and then."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        self._cpu: dict[psutil.Process, float] = {}
        self.peak = 0

    def sample(self) -> None:
        try:
            members = [self._root, *self._root.children(recursive=True)]
        except psutil.Error:
            return
        resident = 0
        for member in members:
            try:
                times = member.cpu_times()
                resident += member.memory_info().rss
            except psutil.Error:
                continue
            self._cpu[member] = times.user + times.system
        self.peak = max(self.peak, resident)

    @property
    def cpu(self) -> float:
        return sum(self._cpu.values())

    def kill_rest(self) -> None:
        for member in self._cpu:
            # is_running compares the start time, so that no stranger with the same number is hit.
            if member != self._root and member.is_running():
                member.kill()


def run(
    command: list[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    patience: float,
    largest_file: int | None = None,
    kill_when: Callable[[], bool] | None = None,
) -> Cost:
    """Run a command pinned to the second core until it ends.

    Args:
        command: program and arguments.
        cwd: its folder.
        env: its whole environment.
        log: file for what it prints; later runs are appended.
        patience: seconds after which it is killed.
        largest_file: bytes; a write beyond them fails, as on a full disk.
        kill_when: asked every 50 ms; the whole group gets SIGKILL when it says so.
    """

    def prepare() -> None:
        os.sched_setaffinity(0, {CLIENT_CORE})
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))

    started = time.monotonic()
    gave_up = killed = False
    with log.open("ab") as printed:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,
        )
    tree = _Tree(process.pid)
    sampled = 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        now = time.monotonic()
        if now - sampled >= _SAMPLE_S:
            sampled = now
            tree.sample()
            gave_up = gave_up or now - started > patience
            if not killed and (gave_up or (kill_when is not None and kill_when())):
                killed = True
                os.killpg(process.pid, signal.SIGKILL)
        time.sleep(_POLL_S)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    tree.kill_rest()
    return Cost(
        wall=wall,
        cpu=max(usage.ru_utime + usage.ru_stime, tree.cpu),
        peak_mb=max(tree.peak / 2**20, usage.ru_maxrss / 1024),
        code=process.returncode,
        started_at=started,
        gave_up=gave_up,
    )
