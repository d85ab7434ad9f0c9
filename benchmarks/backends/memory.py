"""Memory of a process and all below it."""

from __future__ import annotations

import psutil


def resident_mb(pid: int | None = None) -> float:
    """Megabytes that this process (or another) and its children keep, what they share counted once by its parts."""
    top = psutil.Process(pid)
    total = 0
    for process in [top, *top.children(recursive=True)]:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e6
