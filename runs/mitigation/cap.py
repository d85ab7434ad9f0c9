"""cap: at most a share of the rows carries any one pattern; see quality/mitigation/cap.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from ...quality.mitigation import cap
from .strategy import Job, Plan, Removal, StrategyOptions

REASON = "pattern_over_cap"


class Options(StrategyOptions):
    """Options of cap."""

    share: float = Field(default=0.003, gt=0, le=1)
    """Of the rows that stay, how many may carry one pattern: 0.003 is 3 in 1,000."""
    fewest: int = Field(default=5, ge=0)
    """Rows that may carry a pattern, however small the set is."""


def plan(job: Job) -> Plan:
    """Remove what is over the cap."""
    options: Options = job.options
    carriers = job.past.carriers
    job.progress.say(f"choosing among {len(carriers):,} rows with patterns")
    found = cap(carriers, job.data.readable, options.share, options.fewest, lambda at: texts(job, at), job.seed)
    wanted = {(row, pattern) for row, pattern in found.removed.items()}
    removed = {
        place.row: Removal(
            place.check,
            REASON,
            {**place.evidence, **_told(job.past.patterns[place.pattern], found.over.get(place.pattern, 0))},
        )
        for place in job.past.places()
        if (place.row, place.pattern) in wanted
    }
    left = job.data.readable - len(removed)
    notes = [
        f"At most {found.allowed:,} rows may carry a pattern ({options.share:.2%} of those that stay, and "
        f"{options.fewest} at least): {len(found.over)} of {len(job.past.patterns)} patterns were over that."
    ]
    if left < job.data.readable / 2:
        notes.append(
            f"Only {left:,} of {job.data.readable:,} rows are left: most of the set IS its patterns. Capping cannot "
            "mend that; make other data, or rewrite it."
        )
    told = {"allowed": found.allowed, "over": dict(found.over)}
    return Plan(removed, told=told, notes=notes)


def texts(job: Job, positions: Sequence[int]) -> list[str]:
    """What is compared of rows: what is asked and what is answered."""
    return [f"{row.text('instruction')}\n{row.text('output')}" for row in job.data.read(positions)]


def _told(pattern: Mapping[str, Any], kept: int) -> dict[str, Any]:
    return {"pattern": pattern["text"], "support": pattern["support"], "kept": kept}
