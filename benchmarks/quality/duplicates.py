"""Exact and near-duplicates: ours against other tools, the same JSON lines in and out, in turns."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rounds import Bench, Tool, in_turns
from table import markdown, span
from verdict_on import SAME, Rightness, rightness
from workload import write


def exact(bench: Bench) -> str:
    """Rows equal but for case, white space and punctuation."""
    tools = [Tool("corpusmith", sys.executable, "ours/exact.py")]
    if "duckdb" in bench.peers:
        ways = (("window", "row_number"), ("hashed", "row_number on a hash"), ("distinct", "distinct on, no order"))
        python = bench.peer("duckdb")
        tools += [Tool(f"duckdb ({told})", python, "peers/duckdb_exact.py", (way,), "2") for way, told in ways]
    return _measured(bench, tools, ("1", "1", "1", "-", "-", "0", "0.97", ""))


def near(bench: Bench) -> str:
    """Rows with some words changed, at a Jaccard index of 0.7 of five-character shingles."""
    tools = [Tool("corpusmith", sys.executable, "ours/near.py")]
    if "datasketch" in bench.peers:
        tools.append(Tool("datasketch", bench.peer("datasketch"), "peers/datasketch_near.py", (), "3"))
    if "data-juicer" in bench.peers:
        tools.append(Tool("data-juicer", bench.peer("data-juicer"), "peers/data_juicer_near.py", (), "5"))
    return _measured(bench, tools, ("1", "1", "1", "0.95", "0.70", "0", "0.97", ""))


def _measured(bench: Bench, tools: Sequence[Tool], goals: Sequence[str]) -> str:
    rows, truth = write(bench.folder, bench.data, bench.rows)
    right: dict[str, Rightness] = {}

    def look(tool: Tool, kept: Path) -> None:
        right[tool.name] = rightness(rows, truth, kept)

    costs = in_turns(bench, tools, rows, look)
    ours = costs[tools[0].name]
    lines = [["goal for corpusmith", *[""] * 4, *goals]]
    for tool in tools:
        theirs = costs[tool.name]
        ratios = [their.cpu / our.cpu for our, their in zip(ours, theirs, strict=True)]
        told = right[tool.name]
        lines.append(
            [
                tool.name,
                span([cost.cpu for cost in theirs], 2),
                f"{bench.rows / sorted(cost.cpu for cost in theirs)[len(theirs) // 2]:,.0f}",
                "1" if tool is tools[0] else f"{span(ratios, 2)} (goal {tool.goal})",
                span([cost.peak_mb for cost in theirs], 0),
                *(f"{told.recall.get(kind, 0):.3f}" for kind in SAME),
                f"{told.numbers:,}",
                f"{told.precision:.4f}",
                f"{told.dropped:,}",
            ]
        )
    head = ["", "CPU (s)", "rows per CPU second", "CPU of it / ours", "peak MB", *SAME]
    return bench.told + markdown([*head, "number-changed rows merged", "precision", "dropped"], lines)
