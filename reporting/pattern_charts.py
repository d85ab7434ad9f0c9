"""The geometry of an audit's charts: lengths, edges, measures with their intervals; the templates draw it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .text import label

FIELDS = {"output": "Responses", "instruction": "Instructions", "messages": "Further turns"}
MEASURES: Mapping[str, str] = {
    "first_word_entropy": "First-word entropy",
    "opening_entropy": "Opening entropy",
    "ten_openings": "Ten commonest openings",
    "ten_closings": "Ten commonest closings",
    "self_repetition": "Self-repetition",
    "gzip_ratio": "Compression",
    "skeleton_ratio": "Compression of skeletons",
    "distinct_1": "Distinct words",
    "distinct_2": "Distinct word pairs",
    "distinct_3": "Distinct word triples",
    "length_spread": "Spread of lengths",
    "lists": "Lists",
    "markdown": "Markdown",
    "end_punctuation": "End punctuation",
    "commonest_format": "Commonest format",
    "vendi_score": "Vendi score",
    "mean_similarity": "Mean similarity",
    "ten_verb_noun_pairs": "Ten verb-noun pairs",
}
"""Measure -> what the page calls it."""
LEADING = ("gzip_ratio", "skeleton_ratio", "first_word_entropy", "opening_entropy")
"""Measures that have a chart of their own."""
_SHARES = frozenset(
    (
        *("ten_openings", "ten_closings", "self_repetition", "distinct_1", "distinct_2", "distinct_3", "lists"),
        *("markdown", "end_punctuation", "commonest_format", "ten_verb_noun_pairs"),
    )
)
_UNITS = {"first_word_entropy": " bits", "opening_entropy": " bits"}
_STARTS = (0, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 2048)
"""Words at which the bins of a shape's lengths begin (quality/uniformity/shape.py)."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 352.0, 18.0, 148.0


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of one field, in a box of 360 x 190 units: bars of the data, a line of the reference."""

    title: str
    bars: Sequence[tuple[float, float, float, float, str]]
    """(x, y, width, height, what it says)."""
    line: str
    """Points of the reference's outline; empty without one."""
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]
    means: str


@dataclass(frozen=True, slots=True)
class EdgeBar:
    """An opening or a closing: share of the data beside that of the reference."""

    text: str
    share: str
    width: float
    """Per cent of the axis."""
    reference: str
    """Empty without a reference."""
    reference_width: float


@dataclass(frozen=True, slots=True)
class Edges:
    """The commonest openings or closings of a field."""

    title: str
    bars: Sequence[EdgeBar]


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its interval, on a scale of 0 to 100."""

    at: float
    low: float
    width: float
    said: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A measure on its own scale, more uniform to the right."""

    name: str
    says: str
    words: str
    verdict: str
    tone: str
    """uniform, varied or plain."""
    data: Mark
    reference: Mark | None
    before: Mark | None
    directed: bool
    """Whether right is more uniform; else right is more."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A measure as bars from zero."""

    name: str
    says: str
    more: str
    """Which way is more uniform."""
    bars: Sequence[tuple[str, str, float, float, float, str]]
    """(class, label, width, low, high, value), in per cent of the axis."""


def lengths(shape: Mapping[str, Any]) -> Lengths:
    """Lengths in words, half an octave a bin."""
    mine, theirs = shape["lengths"], shape["reference_lengths"]
    last = max((n for n in range(len(mine)) if mine[n] or (theirs and theirs[n])), default=0)
    first = min((n for n in range(len(mine)) if mine[n] or (theirs and theirs[n])), default=0)
    shown = range(first, last + 1)
    most = max([*mine, *theirs], default=0) or 1.0
    step = _nice(most / 4)
    top = step * math.ceil(most / step - 1e-9)
    unit, scale = (_RIGHT - _LEFT) / len(shown), (_BOTTOM - _TOP) / top
    bars, points = [], []
    for place, n in enumerate(shown):
        x = _LEFT + place * unit
        end = f"to {_STARTS[n + 1] - 1}" if n + 1 < len(_STARTS) else "or more"
        said = f"{_STARTS[n]} {end} words: {mine[n]:.1%}" + (f"; reference {theirs[n]:.1%}" if theirs else "")
        height = mine[n] * scale
        bars.append((round(x + 0.75, 2), round(_BOTTOM - height, 2), round(unit - 1.5, 2), round(height, 2), said))
        if theirs:
            y = round(_BOTTOM - theirs[n] * scale, 2)
            points += [f"{round(x, 2)},{y}", f"{round(x + unit, 2)},{y}"]
    if points:
        points = [f"{_LEFT},{_BOTTOM}", *points, f"{_RIGHT},{_BOTTOM}"]
    every = max(1, round(len(shown) / 7))
    x_ticks = [(round(_LEFT + p * unit, 2), f"{_STARTS[n]:,}") for p, n in enumerate(shown) if p % every == 0]
    y_ticks = [(round(_BOTTOM - k * step * scale, 2), f"{k * step:.0%}") for k in range(round(top / step) + 1)]
    mean, other = shape["mean_words"], shape["reference_mean_words"]
    means = f"mean {mean:,.0f} words" + (f", {other:,.0f} in the reference" if other is not None else "")
    return Lengths(field_name(shape["field"]), bars, " ".join(points), x_ticks, y_ticks, means)


def edges(shape: Mapping[str, Any]) -> list[Edges]:
    """Openings and closings of a field, each list on one axis."""
    made = []
    for key, title in (("openings", "open with"), ("closings", "end with")):
        found = shape[key]
        most = max((max(one["share"], one["reference"] or 0) for one in found), default=0)
        if not most:
            continue
        bars = [
            EdgeBar(
                label(" ⏎ ".join(part.strip() for part in one["text"].split("\n")).strip() or "⏎", 80),
                share_text(one["share"]),
                round(100 * one["share"] / most, 2),
                share_text(one["reference"]) if one["reference"] is not None else "",
                round(100 * (one["reference"] or 0) / most, 2),
            )
            for one in found
        ]
        made.append(Edges(f"{field_name(shape['field'])} {title}", bars))
    return made


def strips(
    measures: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[str, list[Strip]]]:
    """The measures field by field, those that tell the sets apart most first."""
    was = {(one["name"], one["field"]): one["data"] for one in before}
    groups: dict[str, list[Strip]] = {}
    for one in measures:
        groups.setdefault(one["field"], []).append(_strip(one, was.get((one["name"], one["field"]))))
    return [(field_name(field), found) for field, found in groups.items()]


def _strip(one: Mapping[str, Any], was: Mapping[str, float] | None) -> Strip:
    values = [value for value in (one["data"], one["reference"], was) if value]
    low, high = min(v["low"] for v in values), max(v["high"] for v in values)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    low, high = low - room, high + room
    turned = one["uniform"] == "down"

    def place(value: float) -> float:
        at = 100 * (value - low) / (high - low)
        return 100 - at if turned else at

    def mark(value: Mapping[str, float]) -> Mark:
        ends = sorted((place(value["low"]), place(value["high"])))
        return Mark(
            round(place(value["value"]), 2),
            round(ends[0], 2),
            round(max(ends[1] - ends[0], 0.4), 2),
            value_text(one["name"], value["value"]),
        )

    tone = {"more uniform": "uniform", "more varied": "varied"}.get(one["verdict"], "plain")
    return Strip(
        MEASURES.get(one["name"], label(one["name"])),
        label(one["says"], 200),
        label(one["words"], 300),
        one["verdict"],
        tone,
        mark(one["data"]),
        mark(one["reference"]) if one["reference"] else None,
        mark(was) if was else None,
        one["uniform"] is not None,
    )


def pairs(measures: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] = ()) -> list[Pair]:
    """The leading measures of the responses as bars from zero, with whiskers."""
    was = {(one["name"], one["field"]): one["data"] for one in before}
    fields = [one["field"] for one in measures]
    field = "output" if "output" in fields else next(iter(fields), "")
    found = {one["name"]: one for one in measures if one["field"] == field}
    made = []
    for name in LEADING:
        one = found.get(name)
        if one is None:
            continue
        sides = [("before", "before", was.get((name, field))), ("data", "after" if was else "this set", one["data"])]
        sides.append(("reference", "reference", one["reference"]))
        there = [(kind, said, value) for kind, said, value in sides if value]
        axis = max(value["high"] for _, _, value in there) * 1.02 or 1.0
        bars = [
            (
                kind,
                said,
                round(100 * value["value"] / axis, 2),
                round(100 * max(value["low"], 0) / axis, 2),
                round(100 * value["high"] / axis, 2),
                value_text(name, value["value"]),
            )
            for kind, said, value in there
        ]
        more = "longer bar: more uniform" if one["uniform"] == "up" else "shorter bar: more uniform"
        made.append(Pair(MEASURES[name], label(one["says"], 200), more, bars))
    return made


def value_text(name: str, value: float) -> str:
    """A value in the measure's own unit."""
    if name in _SHARES:
        return share_text(value)
    return f"{value:.3g}{_UNITS.get(name, '')}"


def share_text(share: float) -> str:
    """A share in per cent."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", "\u00a0%")
    return f"{share:.1%}".replace("%", "\u00a0%") if share >= 0.001 else f"{share:.2%}".replace("%", "\u00a0%")


def field_name(name: str) -> str:
    """What the page calls a field."""
    column, _, speaker = name.partition(":")
    return FIELDS.get(column, label(column, 60)) + (f" ({label(speaker, 40)})" if speaker else "")


def _nice(raw: float) -> float:
    """The next step of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(max(raw, 1e-6)))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9)))
