"""How peak memory grows with the number of rows."""

from __future__ import annotations

import sys

from child import run
from rounds import HERE, Bench
from table import markdown
from workload import write_many


def slope(bench: Bench) -> str:
    """Exact and near-duplicates on ever more rows, once each."""
    lines = []
    for script in ("ours/exact.py", "ours/near.py"):
        before: tuple[int, float] | None = None
        for size in bench.sizes:
            rows = write_many(bench.folder, bench.data, size)
            kept = bench.folder / "kept.jsonl"
            cost = run([sys.executable, str(HERE / script), str(rows), str(kept)], bench.folder / "log")
            grown = "-" if before is None else f"{(cost.peak_mb - before[1]) / (size - before[0]) * 2**20:,.0f}"
            speed = f"{size / cost.cpu:,.0f}"
            megabytes = rows.stat().st_size / 1e6
            lines.append([script, f"{size:,}", f"{megabytes:,.0f}", f"{cost.peak_mb:,.0f}", grown, speed])
            print("  " + ", ".join(lines[-1]), flush=True)
            before = (size, cost.peak_mb)
    head = ["", "rows", "MB of JSON", "peak MB", "bytes a row, from the size before", "rows per CPU s"]
    return "each size once.\n\n" + markdown(head, lines)
