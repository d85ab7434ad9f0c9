"""Ten statistics of each answer, and a filter by them: ours against tools that have the same ten.

No two other tools have the same statistics, so each is compared on ten that it has and that corpusmith has too, by the
same bars. Where definitions differ (which characters are special, what a sentence is) so do the decisions on some rows:
the table tells on how many rows both decide alike.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from instructions import write_instructions
from rounds import Bench, Tool, in_turns
from table import markdown, span

from corpusmith.quality.function_words import FUNCTION_WORDS

FLAGGED = ("damn", "idiot", "stupid", "loser")
_ENGLISH = {"languages": ["en"]}


@dataclass(frozen=True)
class Statistic:
    """One of ours, with the bar that both sides use."""

    check: str
    bar: float
    options: Mapping[str, Any] = field(default_factory=dict)
    theirs: float | None = None
    """The bar of the other tool, where its definition has another range."""


DATA_JUICER = (
    Statistic("text.characters", 2000),
    Statistic("text.words", 300),
    Statistic("text.mean_line_length", 10),
    Statistic("text.longest_line", 1500),
    Statistic("text.alphanumeric_ratio", 0.6),
    # Theirs counts digits and white space too.
    Statistic("text.special_character_ratio", 0.2, theirs=0.35),
    Statistic("text.character_repetition", 0.5, {"n": 10}),
    Statistic("text.word_repetition", 0.2, {"n": 10}),
    Statistic("text.function_word_ratio", 0.1, _ENGLISH),
    Statistic("text.flagged_word_ratio", 0.045, {"words": FLAGGED}),
)
NEMO_CURATOR = (
    Statistic("text.words", 300),
    Statistic("text.mean_word_length", 10),
    Statistic("text.alphanumeric_ratio", 0.6),
    Statistic("text.digit_ratio", 0.15),
    Statistic("text.white_space_ratio", 0.25),
    Statistic("text.bullet_ratio", 0.9),
    Statistic("text.ellipsis_ratio", 0.3),
    Statistic("text.line_repetition", 0.3),
    Statistic("text.word_repetition", 0.2, {"n": 5}),
    Statistic("text.function_word_ratio", 0.01, _ENGLISH),
)
PANELS = {
    "data-juicer": (DATA_JUICER, "peers/data_juicer_panel.py", "5"),
    "nemo-curator": (NEMO_CURATOR, "peers/nemo_curator_panel.py", "2"),
    # Its two Gopher filters, with eight statistics of words and lines and two of repetition.
    "datatrove": (NEMO_CURATOR, "peers/datatrove_panel.py", ""),
}


def panel(bench: Bench) -> str:
    """One table, a stretch of lines for each of the other tools."""
    source = write_instructions(bench.folder, bench.data, bench.rows)
    names = [name for name in PANELS if name in bench.peers] or ["data-juicer"]
    lines: list[list[str]] = []
    for name in names:
        lines += _compared(bench, source, name)
    head = ["", "CPU (s)", "rows per CPU second", "CPU of it / ours, through filter", "CPU of it / ours, checks alone"]
    return bench.told + markdown([*head, "peak MB", "rows kept", "decided as filter does"], lines)


def _compared(bench: Bench, source: Path, name: str) -> list[list[str]]:
    statistics, script, goal = PANELS[name]
    policy, bars = bench.folder / f"panel-{name}.json", bench.folder / f"bars-{name}.json"
    policy.write_text(json.dumps(_policy(statistics)))
    bars.write_text(json.dumps(_bars(statistics)))
    tools = [
        Tool("corpusmith.filter", sys.executable, "ours/panel.py", (str(policy), "filter")),
        Tool("corpusmith, checks alone", sys.executable, "ours/panel.py", (str(policy), "checks")),
    ]
    if name in bench.peers:
        tools.append(Tool(name, bench.peer(name), script, (str(bars),), goal))
    kept: dict[str, set[str]] = {}

    def look(tool: Tool, path: Path) -> None:
        kept[tool.name] = {str(json.loads(line)["id"]) for line in path.open(encoding="utf-8")}

    costs = in_turns(bench, tools, source, look)
    through, alone = (costs[tool.name] for tool in tools[:2])
    lines = []
    for tool in tools:
        own = costs[tool.name]
        seconds = [cost.cpu for cost in own]
        alike = bench.rows - len(kept[tool.name] ^ kept[tools[0].name])
        asked = f" (goal {tool.goal})" if tool.goal else ""
        ratios = [
            "1" if own is ours else span([it.cpu / our.cpu for it, our in zip(own, ours, strict=True)], 2) + asked
            for ours in (through, alone)
        ]
        lines.append(
            [
                f"{tool.name}, the ten of {name}" if tool is not tools[-1] or not goal else f"**{tool.name}**",
                span(seconds, 2),
                f"{bench.rows / sorted(seconds)[len(seconds) // 2]:,.0f}",
                *ratios,
                span([cost.peak_mb for cost in own], 0),
                f"{len(kept[tool.name]):,}",
                f"{alike / bench.rows:.2%}",
            ]
        )
    return lines


def _policy(statistics: Sequence[Statistic]) -> dict[str, Any]:
    # Short texts count here too, as they do in the other tools.
    checks = [{"check": one.check, "bar": one.bar, "options": {"min_words": 1, **one.options}} for one in statistics]
    return {"name": "panel", "checks": checks}


def _bars(statistics: Sequence[Statistic]) -> dict[str, Any]:
    bars = {one.check: one.bar if one.theirs is None else one.theirs for one in statistics}
    return {"bars": bars, "stopwords": sorted(FUNCTION_WORDS["en"]), "flagged_words": FLAGGED}
