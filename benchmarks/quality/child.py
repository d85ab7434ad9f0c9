"""One command: how much CPU, wall time and memory it took, its children included."""

from __future__ import annotations

import json
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
    # A new process counts the memory of the one that made it as its own: a small one stands between.
    between = [sys.executable, "-S", "-E", __file__, str(log), *command]
    told = subprocess.run(between, stdin=subprocess.DEVNULL, capture_output=True, env=env, check=True).stdout
    status, cpu, peak = json.loads(told)
    if status:
        end = log.read_text(errors="replace")[-2000:]
        message = f"{' '.join(command)} ended with {status}:\n{end}"
        raise RuntimeError(message)
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(cpu, time.monotonic() - started, peak / scale)


def main() -> None:
    """Between the benchmark and a command: python child.py LOG COMMAND ..."""
    with Path(sys.argv[1]).open("wb") as printed:
        process = subprocess.Popen(sys.argv[2:], stdout=printed, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps([process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))


if __name__ == "__main__":
    main()
