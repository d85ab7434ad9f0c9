"""The geometry of the charts; the templates draw it as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import quote

from .text import label
from .words import FATES, reason_label, reason_note

_MIN_SHARE = 0.9
"""Per cent of the width that a part which is not empty gets at least, so that it can be seen."""
_BARS_SHOWN = 40
_BINS = 24


@dataclass(frozen=True, slots=True)
class Segment:
    """One fate of candidates in the stacked bar."""

    fate: str
    label: str
    count: int
    share: float
    """Per cent of all candidates."""
    x: float
    """Left edge, per cent of the bar."""
    width: float


@dataclass(frozen=True, slots=True)
class ReasonBar:
    """How often one reason was given."""

    fate: str
    slug: str
    label: str
    note: str
    count: int
    share: float
    """Per cent of all candidates."""
    width: float
    """Per cent of the axis."""
    link: str


@dataclass(frozen=True, slots=True)
class ReasonChart:
    """All reasons, grouped by fate, on one axis."""

    groups: Sequence[tuple[str, str, int, Sequence[ReasonBar]]]
    """(fate, heading, candidates, bars), in the order in which candidates meet the fates."""
    ticks: Sequence[tuple[float, int]]
    """(per cent of the axis, candidates)."""
    hidden: int
    """Reasons too rare to be drawn."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """Lengths of one column, drawn in a box of 360 x 190 units."""

    title: str
    rows: int
    median: float
    longest: int
    bars: Sequence[tuple[float, float, float, float, str]]
    """(x, y, width, height, what it says)."""
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, int]]
    median_x: float


def count_of(run: Mapping[str, Any], *path: str) -> int:
    """A count somewhere in run.json; 0 where there is none."""
    value: Any = run
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return int(value) if isinstance(value, int | float) else 0


def fate_segments(run: Mapping[str, Any]) -> list[Segment]:
    """The stacked bar: every candidate in exactly one part."""
    counts = {fate: count_of(run, "counts", fate) for fate in FATES}
    total = max(sum(counts.values()), 1)
    drawn = {fate: max(100 * n / total, _MIN_SHARE) if n else 0.0 for fate, n in counts.items()}
    scale = 100 / max(sum(drawn.values()), 1e-9)
    segments, x = [], 0.0
    for fate, words in FATES.items():
        width = drawn[fate] * scale
        n = counts[fate]
        segments.append(Segment(fate, words.label, n, 100 * n / total, round(x, 3), round(width, 3)))
        x += width
    return segments


def nice_step(largest: float, ticks: int) -> int:
    """A whole step of 1, 2 or 5 times a power of ten, so that about `ticks` of them reach `largest`."""
    raw = max(largest / max(ticks, 1), 1)
    power = 10 ** math.floor(math.log10(raw))
    return int(next(m * power for m in (1, 2, 5, 10) if m * power >= raw - 1e-9))


def rows_link(fate: str, reason: str = "", task: Sequence[str] = ()) -> str:
    """The address on the page that shows one list, with one reason or task chosen."""
    query = [f"reason={quote(reason, safe='')}"] if reason else []
    query += [f"task={quote(' / '.join(task), safe='')}"] if task else []
    return f"#rows/{fate}" + (f"?{'&'.join(query)}" if query else "")


def reason_chart(run: Mapping[str, Any]) -> ReasonChart | None:
    """Why candidates were lost; None where none was."""
    by_reason = run.get("counts", {}).get("by_reason", {})
    found: list[tuple[str, str, int]] = []
    for fate in ("rejected", "dropped", "review", "failed"):
        reasons = by_reason.get(fate) or {}
        found += [(fate, str(slug), int(n)) for slug, n in reasons.items() if n]
    if not found:
        return None
    most = max(n for _, _, n in found)
    shown = sorted(found, key=lambda f: (-f[2], f[0], f[1]))[:_BARS_SHOWN]
    step = nice_step(most, 5)
    axis = step * math.ceil(most / step)
    total = max(count_of(run, "counts", "candidates"), 1)
    groups = []
    for fate in ("rejected", "dropped", "review", "failed"):
        bars = [
            ReasonBar(
                fate=fate,
                slug=label(slug),
                label=label(reason_label(slug)),
                note=reason_note(slug),
                count=n,
                share=100 * n / total,
                width=round(max(100 * n / axis, 0.4), 3),
                link=rows_link(fate, label(slug)),
            )
            for f, slug, n in shown
            if f == fate
        ]
        if bars:
            groups.append((fate, FATES[fate].heading, count_of(run, "counts", fate), bars))
    ticks = [(round(100 * t / axis, 3), t) for t in range(0, axis + 1, step)]
    return ReasonChart(groups, ticks, len(found) - len(shown))


def histogram(title: str, lengths: Sequence[int]) -> Histogram | None:
    """A histogram of lengths in words; the last bin takes the longest 2 % if they would squeeze the rest."""
    if not lengths:
        return None
    ordered = sorted(lengths)
    low, high = ordered[0], ordered[-1]
    most = ordered[min(len(ordered) - 1, int(0.98 * len(ordered)))]
    cut = most if high > 2 * most and len(ordered) >= 20 else high
    low = low if low > cut / 3 else 0
    step = nice_step(cut - low + 1, _BINS)
    first = low // step
    bins = cut // step - first + 1
    over = high > cut
    counts = [0] * (bins + over)
    for n in ordered:
        counts[min(n // step - first, len(counts) - 1)] += 1
    edges = [(first + i) * step for i in range(bins + 1)]
    left, right, top, bottom = 40.0, 352.0, 20.0, 148.0
    unit = (right - left) / len(counts)
    y_step = nice_step(max(counts), 4)
    y_axis = y_step * math.ceil(max(counts) / y_step)
    scale = (bottom - top) / y_axis
    bars = []
    for i, n in enumerate(counts):
        if n:
            words = f"{edges[i]} or more" if over and i == bins else _range(edges[i], step)
            what = f"{words} words: {n} {'row' if n == 1 else 'rows'}"
            x, height = left + i * unit + 0.75, n * scale
            bars.append((round(x, 2), round(bottom - height, 2), round(unit - 1.5, 2), round(height, 2), what))
    # A bin of one length carries its number below its middle, a range below its lower edge.
    shift = unit / 2 if step == 1 else 0.0
    every = nice_step(len(counts) * step, 7)
    labelled = [i for i in range(bins + (step > 1 and not over)) if edges[i] % every == 0]
    x_ticks = [(round(left + i * unit + shift, 2), f"{edges[i]:,}") for i in labelled]
    if over:
        x_ticks = [t for t in x_ticks if t[0] < left + bins * unit - 28]
        x_ticks.append((round(left + bins * unit, 2), f"≥ {edges[bins]:,}"))
    y_ticks = [(round(bottom - t * scale, 2), t) for t in range(0, y_axis + 1, y_step)]
    middle = float(median(ordered))
    median_x = left + min((middle + 0.5) / step - first, len(counts)) * unit
    return Histogram(title, len(ordered), middle, high, bars, x_ticks, y_ticks, round(median_x, 2))


def _range(first: int, step: int) -> str:
    return str(first) if step == 1 else f"{first} to {first + step - 1}"


def kept_lengths(kept: Sequence[Mapping[str, Any]]) -> list[Histogram]:
    """Histograms of the two columns that matter most in the kept rows.

    For instructions these are instruction and output; for other rows the two columns with the most words.
    """
    words: dict[str, list[int]] = {}
    kinds = set()
    for line in kept:
        record = line.get("record") or {}
        kinds.add(record.get("kind"))
        columns = record.get("fields")
        fields = columns if isinstance(columns, Mapping) else record
        for name, value in fields.items():
            if isinstance(value, str) and name != "kind":
                words.setdefault(name, []).append(len(value.split()))
    if kinds == {"instruction"}:
        names = ["instruction", "output"]
    else:
        heaviest = sorted(words, key=lambda name: (-sum(words[name]), name))[:2]
        names = [name for name in words if name in heaviest]
    drawn = [histogram(label(name, 40), words.get(name, [])) for name in names]
    return [chart for chart in drawn if chart is not None]
