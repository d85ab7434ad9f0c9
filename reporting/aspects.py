"""The section of aspect robustness sets: strategies, labels, lengths, and originals beside their variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any

from .charts import Histogram, histogram
from .material import AspectCounts, Line
from .text import label
from .words import reason_label

STRATEGIES = {
    "original": ("Original", "The sentence as it is."),
    "revtgt": ("RevTgt", "What is said of the target is reversed, and its label with it."),
    "revnon": ("RevNon", "What is said of the other aspects is turned against the target, or made stronger."),
    "adddiff": ("AddDiff", "Clauses on other aspects, of the other polarity, are added."),
}
POLARITIES = ("positive", "negative", "neutral")
SHOWN = 12
"""Pairs of original and variant per strategy."""
_HELD = 4_000
_PIECE = 1_500
_RULES = {
    "antonym": "opposite word",
    "opposite_phrase": "opposite phrase",
    "negator_removed": "negation taken out",
    "not_after_be": '"not" put in',
    "not": '"not" put in',
    "do_not": '"does not" put in',
    "no": '"no" put in',
    "less_than": '"less than" put in',
    "conjunction": '"and" or "but" exchanged',
    "article": '"a" or "an" adjusted',
    "intensified": "made stronger",
    "added_clauses": "clauses added",
    "llm": "written by the model",
    "llm_opposite": "opposite by the model",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence and how it is drawn: "" plain, "term", "cut" (it was taken out) or "new"."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Pair:
    """An original beside its variant."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]
    was: str
    now: str
    rules: str


@dataclass(frozen=True)
class StrategyView:
    """Everything on one strategy."""

    name: str
    note: str
    kept: int
    lost: int
    labels: tuple[tuple[str, int, float, float], ...]
    """(polarity, cases, left edge and width in per cent) of the small bar."""
    words: str
    added: str
    rules: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    unmeant: tuple[tuple[str, int], ...]
    """Why the strategy is not meant for some targets."""
    lengths: Histogram | None
    pairs: tuple[Pair, ...] = field(default=())


def count_aspects(
    kept: Iterable[Line], lost: Mapping[str, Iterable[Line]], sources: Mapping[str, Any] | None
) -> AspectCounts:
    """Walk all lines of a run once.

    Args:
        kept: the kept lines.
        lost: "dropped", "review" and "rejected" -> their lines.
        sources: the artifact sources.json of the builder, if there is one.
    """
    found = AspectCounts(sources=dict(sources or {}))
    seen: Counter[str] = Counter()
    for line in kept:
        record = line["record"]
        strategy = str(record.get("strategy"))
        found.labels.setdefault(strategy, Counter())[str(record.get("polarity"))] += 1
        words = len(str(record.get("sentence")).split())
        found.words.setdefault(strategy, []).append(words)
        source = record.get("source")
        if isinstance(source, Mapping):
            found.added.setdefault(strategy, []).append(words - len(str(source["text"]).split()))
        found.rules.setdefault(strategy, Counter()).update({str(e["rule"]) for e in record.get("edits") or ()})
        seen[strategy] += 1
        held = found.held.setdefault(strategy, [])
        if len(held) < _HELD:
            held.append(record)
    for lines in lost.values():
        for line in lines:
            record, evidence = line.get("record"), line.get("evidence")
            strategy = str((record if isinstance(record, Mapping) else evidence or {}).get("strategy") or "original")
            found.lost.setdefault(strategy, Counter())[str(line.get("reason"))] += 1
    return found


def aspect_views(counts: AspectCounts) -> list[StrategyView]:
    """One view per strategy that has cases, in the order of the paper."""
    unmeant = counts.sources.get("not_meant_for") or {}
    views = []
    for strategy, (name, note) in STRATEGIES.items():
        labels, lost = counts.labels.get(strategy, Counter()), counts.lost.get(strategy, Counter())
        if not labels and not lost:
            continue
        words, added = counts.words.get(strategy, []), counts.added.get(strategy, [])
        rules: Counter[str] = Counter()
        for rule, number in counts.rules.get(strategy, Counter()).items():
            rules[_RULES.get(rule, rule.replace("_", " "))] += number
        views.append(
            StrategyView(
                name=name,
                note=note,
                kept=sum(labels.values()),
                lost=sum(lost.values()),
                labels=_bar(labels),
                words=f"{median(words):g}" if words else "none",
                added=f"{fmean(added):+.1f}" if added and strategy != "original" else "",
                rules=tuple((label(rule), n) for rule, n in rules.most_common(10)),
                reasons=tuple((label(reason_label(slug)), n) for slug, n in lost.most_common(10)),
                unmeant=tuple((label(reason_label(slug)), n) for slug, n in (unmeant.get(strategy) or {}).items()),
                lengths=histogram(f"{name}: sentence", words),
                pairs=_pairs(counts.held.get(strategy, []), strategy),
            )
        )
    return views


def _bar(labels: Mapping[str, int]) -> tuple[tuple[str, int, float, float], ...]:
    total, x, parts = sum(labels.values()) or 1, 0.0, []
    for polarity in POLARITIES:
        width = 100 * labels.get(polarity, 0) / total
        parts.append((polarity, labels.get(polarity, 0), round(x, 3), round(width, 3)))
        x += width
    return tuple(parts)


def _pairs(records: list[Mapping[str, Any]], strategy: str) -> tuple[Pair, ...]:
    """Some variants, spread evenly over all that are held."""
    if strategy == "original":
        return ()
    usable = [r for r in records if isinstance(r.get("source"), Mapping)]
    step = max(len(usable) // SHOWN, 1)
    return tuple(_pair(record) for record in usable[::step][:SHOWN])


def _pair(record: Mapping[str, Any]) -> Pair:
    source = record["source"]
    target = next((t for t in source["terms"] if t["id"] == record["target"]), None)
    edits = sorted(record.get("edits") or (), key=lambda e: (e["start"], len(e["before"])))
    place = (target["span"]["start"], target["span"]["end"]) if target else (0, 0)
    cut = [(e["start"], e["start"] + len(e["before"]), "cut") for e in edits if e["before"]]
    new, shift = [], 0
    for edit in edits:
        start = edit["start"] + shift
        if edit["after"]:
            new.append((start, start + len(edit["after"]), "new"))
        shift += len(edit["after"]) - len(edit["before"])
    rules = dict.fromkeys(_RULES.get(e["rule"], e["rule"].replace("_", " ")) for e in edits)
    return Pair(
        before=_parts(source["text"], [(*place, "term"), *cut]),
        after=_parts(record["sentence"], [(record["start"], record["end"], "term"), *new]),
        was=str(target["polarity"]) if target else "",
        now=str(record["polarity"]),
        rules=label(", ".join(rules), 200),
    )


def _parts(text: str, marks: list[tuple[int, int, str]]) -> tuple[Part, ...]:
    """The text in pieces; marks that overlap with an earlier one are left out."""
    parts, at = [], 0
    for start, end, kind in sorted(marks):
        if start < at or end > len(text) or start >= end:
            continue
        if start > at:
            parts.append(Part(label(text[at:start], _PIECE), ""))
        parts.append(Part(label(text[start:end], _PIECE), kind))
        at = end
    if at < len(text):
        parts.append(Part(label(text[at:], _PIECE), ""))
    return tuple(parts)
