"""The demonstration's table: means over seeds with intervals, and paired differences with what they are worth."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

MEASURES: Mapping[str, str] = {
    "entropy": "first-token entropy (nats)",
    "kl": "first-token KL(base, model) (nats)",
    "pattern_rate": "greedy answers with the pattern",
    "checks": "instruction checks passed",
    "nll_human": "NLL of human answers (nats a token)",
    "nll_uniform": "NLL of uniform answers",
    "nll_flagged": "NLL of the flagged tokens",
}
ARMS: Mapping[str, str] = {
    "before": "before",
    "tuned": "after fine-tuning",
    "unlearn": "unlearned",
    "replay-only": "replay only",
    "gradient-ascent": "gradient ascent",
}
COMPARED = (
    ("tuned", "before"),
    ("unlearn", "tuned"),
    ("unlearn", "before"),
    ("unlearn", "replay-only"),
    ("unlearn", "gradient-ascent"),
)
T_95 = {
    1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228,
    11: 2.201, 12: 2.179, 13: 2.160, 14: 2.145, 15: 2.131, 16: 2.120, 17: 2.110, 18: 2.101, 19: 2.093,
}  # fmt: skip
"""Degrees of freedom -> the 97.5 % point of Student's t."""

Seeds = Sequence[Mapping[str, Mapping[str, Any]]]
"""For each seed: arm -> measures."""


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and 95 % interval over seeds, by Student's t; without width for one seed alone."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, mean, mean
    half = T_95[min(len(values) - 1, max(T_95))] * statistics.stdev(values) / len(values) ** 0.5
    return mean, mean - half, mean + half


def significant(differences: Sequence[float]) -> bool:
    """Whether the interval of paired differences leaves out 0."""
    mean, low, high = interval(differences)
    return len(differences) > 1 and mean != 0 and (low > 0 or high < 0)


def shown(name: str, value: float) -> str:
    """A value as it is printed."""
    if name == "pattern_rate":
        return f"{100 * value:.0f} %"
    return f"{value:.1f}" if name == "checks" else f"{value:.2f}"


def tables(seeds: Seeds, checks: int) -> str:
    """Both tables and what follows from the second, as markdown."""
    labels = {**MEASURES, "checks": f"instruction checks passed, of {checks}"}
    lines = ["| measure | " + " | ".join(ARMS.values()) + " |", "|---" * (len(ARMS) + 1) + "|"]
    for name, label in labels.items():
        cells = [_cell(name, [seed[arm][name] for seed in seeds]) for arm in ARMS]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    lines.append("| steps | " + " | ".join(_steps(arm, seeds) for arm in ARMS) + " |")
    lines += ["", "Paired differences, seed by seed (**bold**: the 95 % interval leaves out 0):", ""]
    heads = [f"{ARMS[one]} − {ARMS[other]}" for one, other in COMPARED]
    lines += ["| measure | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    unsure: list[str] = []
    for name, label in labels.items():
        cells = []
        for one, other in COMPARED:
            differences = [seed[one][name] - seed[other][name] for seed in seeds]
            sure = significant(differences)
            cells.append(_difference(name, differences, sure))
            if not sure:
                unsure.append(f"{MEASURES[name]}, {ARMS[one]} against {ARMS[other]}")
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    total = len(labels) * len(COMPARED)
    lines += ["", f"{total - len(unsure)} of {total} differences are significant at 5 %, each by itself: "
              f"about {0.05 * total:.0f} would be by chance if there were none. Not significant:", ""]  # fmt: skip
    lines += [f"- {one}" for one in unsure] or ["- none"]
    return "\n".join(lines)


def _cell(name: str, values: Sequence[float]) -> str:
    mean, low, high = interval(values)
    if low == high:
        return shown(name, mean)
    return f"{shown(name, mean)} [{shown(name, low)}, {shown(name, high)}]"


def _difference(name: str, values: Sequence[float], sure: bool) -> str:
    mean, low, high = interval(values)
    sign = "+" if mean > 0 else ""
    text = f"{sign}{shown(name, mean)}" + (f" [{shown(name, low)}, {shown(name, high)}]" if low != high else "")
    return f"**{text}**" if sure else text


def _steps(arm: str, seeds: Seeds) -> str:
    steps = [seed[arm].get("steps") for seed in seeds]
    if steps[0] is None:
        return ""
    return str(steps[0]) if len(set(steps)) == 1 else ", ".join(map(str, steps))
