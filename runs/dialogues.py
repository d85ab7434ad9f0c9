"""What a run of dialogues tells of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ..quality.dialogues.audit import (
    LEAST_DIALOGUES,
    BatchFinding,
    bar_words,
    batch_findings,
    mean_engagement,
)
from ..quality.dialogues.bars import batch_size
from ..quality.dialogues.talk import Talk, talk_from

MEASURED = 2000
"""Dialogues of a run that are measured, from the first on."""


def dialogue_facts(kept: Iterable[Mapping[str, Any]], seed: int) -> dict[str, Any] | None:
    """What a run of dialogues is made of, and what its batches have in common; None where it kept other rows.

    Args:
        kept: lines of kept records.
        seed: of the draw of batches.

    Returns:
        {"dialogues", "turns", "personas", "groups", "sources": [{"source", "licence", "personas"}], "styles": {name:
        turns}, "style_authors", "emotions": {label: turns}, "end_reasons", "by_hand": turns with a line written by
        hand, "batch_size", "batch": [findings], "engagement"}.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("styles", "emotions", "end_reasons")}
    personas: dict[str, tuple[str, str]] = {}
    authors: set[str] = set()
    groups: set[str] = set()
    talks: list[Talk] = []
    dialogues = turns = by_hand = 0
    for line in kept:
        record = line.get("record")
        if not isinstance(record, Mapping) or record.get("kind") != "dialogue":
            return None
        dialogues += 1
        groups.add(record["group"])
        counts["end_reasons"][record["end_reason"]] += 1
        authors.update(record["origin"]["notes"].get("style_authors", ()))
        for member in record["personas"]:
            personas[member["persona"]] = (member["source"] or "unknown", member["licence"] or "unknown")
        for turn in record["turns"]:
            turns += 1
            by_hand += bool(turn["checks"].get("by_hand"))
            counts["styles"].update([turn["style"]] if turn["style"] else ())
            counts["emotions"].update([turn["emotion"]["label"]] if turn["emotion"] else ())
        talk = talk_from(record)
        if talk is not None and len(talks) < MEASURED:
            talks.append(talk)
    if not dialogues:
        return None
    size = batch_size(len(talks))
    batch = batch_findings(talks, size, seed=seed) if size >= LEAST_DIALOGUES else []
    sources = Counter(personas.values())
    return {
        "dialogues": dialogues,
        "turns": turns,
        "personas": len(personas),
        "groups": len(groups),
        "sources": [{"source": s, "licence": li, "personas": n} for (s, li), n in sorted(sources.items())],
        **{name: dict(sorted(counter.items(), key=lambda c: (-c[1], c[0]))) for name, counter in counts.items()},
        "style_authors": sorted(authors),
        "by_hand": by_hand,
        "batch_size": size if batch else 0,
        "batch": [asdict(finding) for finding in batch],
        "engagement": mean_engagement(talks),
    }


def batch_notes(facts: Mapping[str, Any]) -> list[str]:
    """The batch figures of a run, a line each, as the command line prints them."""
    if not facts["batch"]:
        return [f"{facts['dialogues']} dialogues are too few for batch figures; at least {LEAST_DIALOGUES} are needed."]
    found = [BatchFinding(**finding) for finding in facts["batch"]]
    return [f"Batches of {facts['batch_size']} dialogues:", *map(finding_words, found)]


def finding_words(finding: BatchFinding) -> str:
    """One batch figure in a line."""
    if finding.value is None:
        return f"{finding.label}: not measured ({finding.why})"
    of = f"{finding.size} words" if finding.name == "distinct_2" else f"{finding.batches} x {finding.size} dialogues"
    people = f"{finding.people_are} {finding.people:.3f}"
    return f"{finding.label}: {finding.value:.3f}, {bar_words(finding)} ({people}; {of}): {finding.outcome}"
