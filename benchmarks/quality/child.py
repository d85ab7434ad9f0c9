"""One command: how much CPU, wall time and memory it took, its children included."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    cpu: float
    """Seconds, user and system, start of the interpreter included."""
    wall: float
    peak_mb: float
    """Most resident memory of one process."""


def run(command: Sequence[str], log: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; the message shows the end of what it printed.
    """
    started = time.monotonic()
    with log.open("wb") as printed:
        process = subprocess.Popen(
            list(command), stdout=printed, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env
        )
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = log.read_text(errors="replace")[-2000:]
        message = f"{' '.join(command)} ended with {process.returncode}:\n{end}"
        raise RuntimeError(message)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / scale)
