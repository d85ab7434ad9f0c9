"""Exact and near-duplicates: ours against other tools, the same JSON lines in and out, in turns."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from child import Cost, run
from table import markdown, span
from verdict_on import SAME, Rightness, rightness
from workload import write

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Tool:
    """A command that drops duplicates."""

    name: str
    python: str
    script: str
    options: tuple[str, ...] = ()
    goal: str = ""
    """Times the rows per CPU second of this tool that ours must reach."""


@dataclass(frozen=True)
class Bench:
    """Where and how often."""

    folder: Path
    data: Path
    venvs: Path
    rows: int
    rounds: int
    peers: Sequence[str]

    def peer(self, name: str) -> str:
        """The interpreter of a peer's virtual environment."""
        return str(self.venvs / name / "bin" / "python")


def exact(bench: Bench) -> str:
    """Rows equal but for case, white space and punctuation."""
    tools = [Tool("corpusmith", sys.executable, "ours/exact.py")]
    if "duckdb" in bench.peers:
        ways = (("window", "row_number"), ("hashed", "row_number on a hash"), ("distinct", "distinct on, no order"))
        python = bench.peer("duckdb")
        tools += [Tool(f"duckdb ({told})", python, "peers/duckdb_exact.py", (way,), "2") for way, told in ways]
    return _measured(bench, tools)


def near(bench: Bench) -> str:
    """Rows with some words changed, at a Jaccard index of 0.7 of five-character shingles."""
    tools = [Tool("corpusmith", sys.executable, "ours/near.py")]
    if "datasketch" in bench.peers:
        tools.append(Tool("datasketch", bench.peer("datasketch"), "peers/datasketch_near.py", (), "3"))
    if "data-juicer" in bench.peers:
        tools.append(Tool("data-juicer", bench.peer("data-juicer"), "peers/data_juicer_near.py", (), "5"))
    return _measured(bench, tools)


def _measured(bench: Bench, tools: Sequence[Tool]) -> str:
    rows, truth = write(bench.folder, bench.data, bench.rows)
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    right: dict[str, Rightness] = {}
    for number in range(bench.rounds):
        for tool in tools if number % 2 == 0 else reversed(tools):
            kept = bench.folder / "kept.jsonl"
            kept.unlink(missing_ok=True)
            command = [tool.python, str(HERE / tool.script), str(rows), str(kept), *tool.options]
            cost = run(command, bench.folder / "log")
            print(f"  {tool.name}: {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, {cost.peak_mb:.0f} MB", flush=True)
            costs[tool.name].append(cost)
            if tool.name not in right:
                right[tool.name] = rightness(rows, truth, kept)
    ours = costs[tools[0].name]
    lines = []
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
                f"{told.numbers}",
                f"{told.precision:.4f}",
                f"{told.dropped:,}",
            ]
        )
    head = ["", "CPU (s)", "rows per CPU second", "CPU of it / ours", "peak MB", *SAME]
    return markdown([*head, "number-changed rows merged", "precision", "dropped"], lines)
