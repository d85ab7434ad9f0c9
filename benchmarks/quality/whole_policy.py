"""A whole shipped policy over ever more rows: what it takes, and whether memory grows with them."""

from __future__ import annotations

import json
import sys

from child import run
from instructions import write_instructions
from rounds import HERE, Bench
from table import markdown

POLICY = "instructions"


def policy(bench: Bench) -> str:
    """Each size once, in a process of its own, with everything that `corpusmith filter` writes."""
    lines = []
    before: tuple[int, float] | None = None
    for size in bench.sizes:
        source = write_instructions(bench.folder, bench.data, size)
        told = bench.folder / "told.json"
        command = [sys.executable, str(HERE / "ours/policy.py"), str(source), str(told), POLICY]
        cost = run(command, bench.folder / "log")
        counts = json.loads(told.read_bytes())
        grown = "-"
        if before is not None:
            grown = f"{(cost.peak_mb - before[1]) / (size - before[0]) * 2**20:,.0f}"
        lines.append(
            [
                f"{size:,}",
                f"{source.stat().st_size / 1e6:,.0f}",
                f"{size / cost.cpu:,.0f}",
                f"{cost.peak_mb:,.0f}",
                grown,
                *(f"{counts[fate]:,}" for fate in ("kept", "dropped", "review")),
            ]
        )
        print("  " + ", ".join(lines[-1]), flush=True)
        before = (size, cost.peak_mb)
    head = ["rows", "MB of JSON", "rows per CPU second", "peak MB", "bytes a row, from the size before"]
    told_by = f"each size once; every verdict, the report and all rows are written (policy `{POLICY}`).\n\n"
    return told_by + markdown([*head, "kept", "dropped", "review"], lines)
