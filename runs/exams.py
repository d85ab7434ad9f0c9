"""What a run of the builder `exam` tells of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from ..quality.scoring.exam import Marking, count_exams

BUILDER = "exam"
LISTS = ("records/kept.jsonl", "dropped.jsonl", "review.jsonl")


def exam_facts(
    records: Iterable[Mapping[str, Any]], builder: Mapping[str, Any], counts: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Classes, accuracy, letters and all else of an examination; None for runs of other builders.

    Args:
        records: all of them, kept, dropped and set aside.
        builder: the builder's section of the recipe.
        counts: the run's accounting: what failed there has no class, and is counted as unlabelled.

    Returns:
        see `quality.scoring.exam`; the classes add up to the candidates of the run.
    """
    if builder.get("kind") != BUILDER:
        return None
    marking = Marking(builder["questions"], builder["rule"], builder["threshold"], builder["alpha"])
    return count_exams(records, marking, counts["failed"] + counts["rejected"])


def exam_notes(facts: Mapping[str, Any]) -> list[str]:
    """What must be known to read the figures, one line each."""
    classes, marking, guessing = facts["classes"], facts["marking"], facts["guessing"]
    told = ", ".join(f"{name} {number}" for name, number in classes.items())
    notes = [f"Classes: {told}; together {facts['rows']} rows."]
    rule = f"accuracy above {marking['threshold']:g}"
    if marking["rule"] == "binomial":
        rule = f"better than guessing at the level {marking['alpha']:g}"
    notes.append(
        f"Somebody who guesses passes {marking['questions']} questions ({rule}) with {100 * guessing['rate']:.2f} %."
    )
    if facts["examined"]:
        share = 100 * facts["inconsistent_share"]
        notes.append(
            f"Of {facts['examined']} rows that were examined {share:.1f} % are inconsistent; guessing alone would pass "
            f"{guessing['rows_here']:.1f} of them, with the questions that they have."
        )
    return notes


def exam_records(folder: Path, read: Any) -> Iterator[dict[str, Any]]:
    """The exam records of a run folder, whatever became of them.

    Args:
        folder: the run folder.
        read: reads the lines of one of its files.
    """
    lines = chain.from_iterable(read(folder / name) for name in LISTS)
    return (line["record"] for line in lines if line["record"].get("kind") == "exam")
