"""Commands in turns: each round runs every tool once on the same file, every other round in the opposite order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from child import Cost, run

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Tool:
    """A command that reads JSON lines and writes those that stay: python script IN OUT options."""

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
    sizes: Sequence[int] = ()
    """Rows, for the jobs that look at growth."""

    @property
    def told(self) -> str:
        """How often, and what a cell of the table holds."""
        return f"{self.rows:,} rows, {self.rounds} rounds in turns. Medians, in brackets the lowest and highest.\n\n"

    def peer(self, name: str) -> str:
        """The interpreter of a peer's virtual environment."""
        return str(self.venvs / name / "bin" / "python")


def in_turns(
    bench: Bench, tools: Sequence[Tool], source: Path, look: Callable[[Tool, Path], None]
) -> dict[str, list[Cost]]:
    """Run all tools in rounds.

    Args:
        bench: where and how often.
        tools: the commands.
        source: the rows.
        look: told of each tool once, with the file of the rows that it kept.

    Returns:
        Tool -> what it took, round by round.
    """
    costs: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    for number in range(bench.rounds):
        for tool in tools if number % 2 == 0 else reversed(tools):
            kept = bench.folder / "kept.jsonl"
            kept.unlink(missing_ok=True)
            command = [tool.python, str(HERE / tool.script), str(source), str(kept), *tool.options]
            cost = run(command, bench.folder / "log", _environment(bench.folder / "cache"))
            print(f"  {tool.name}: {cost.cpu:.1f} s CPU, {cost.wall:.1f} s, {cost.peak_mb:.0f} MB", flush=True)
            if not costs[tool.name]:
                look(tool, kept)
            costs[tool.name].append(cost)
    return costs


def _environment(cache: Path) -> dict[str, str]:
    """No network, and no result of an earlier round to take over."""
    shutil.rmtree(cache, ignore_errors=True)
    offline = {"HF_HUB_OFFLINE": "1", "UV_OFFLINE": "1", "PIP_NO_INDEX": "1", "RAY_USAGE_STATS_ENABLED": "0"}
    return {**os.environ, **offline, "HF_DATASETS_CACHE": str(cache), "DATA_JUICER_CACHE_HOME": str(cache / "dj")}
