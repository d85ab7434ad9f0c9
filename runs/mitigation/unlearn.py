"""unlearn: nothing is done to the rows; the sets are written with which a model that learnt them can be mended.

They go to OUT/unlearning: forget.jsonl, held_out.jsonl, retain.jsonl, replay.jsonl and sets.json, for
`corpusmith unlearn` (docs/unlearning.md).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
from pydantic import Field

from ...data.sources import checked_fields
from ...quality import Row
from ...quality.patterns import Hit
from ...training import UnlearningSets, unlearning_sets
from ..audits.stored import Stored
from ..folder import write_atomically
from .strategy import Job, Plan, StrategyOptions

FOLDER = "unlearning"


class Options(StrategyOptions):
    """Options of unlearn."""

    most: int = Field(default=2000, ge=2)
    """Rows of each set at most: an unlearning takes dozens of steps, not thousands."""
    held_out: float = Field(default=0.2, gt=0, lt=1)
    """Share of the forget rows that is never trained on, for the stop rule."""


def plan(job: Job) -> Plan:
    """Write the sets; all rows stay."""
    options: Options = job.options
    against = job.against.stored
    job.progress.say("writing what to forget, to retain and to replay")
    sets = unlearning_sets(
        whole_rows(job.data),
        _hits(job),
        None if against is None else whole_rows(against),
        wordings={name: pattern["text"] for name, pattern in job.past.patterns.items()},
        seed=job.seed,
        most=options.most,
        held_out=options.held_out,
    )
    counts = _write(sets, job.folder)
    shown = ", ".join(f"{number:,} {name.removesuffix('.jsonl').replace('_', ' ')}" for name, number in counts.items())
    source = "rows of the data without a pattern" if against is None else "the reference"
    notes = [
        f"Nothing was done to the rows. Sets for unlearning: {shown}; to replay: {source}.",
        f"Next: corpusmith unlearn {job.folder / FOLDER} --model TUNED --base BASE --out OUT.",
        *sets.notes,
    ]
    return Plan(told={"sets": counts, "folder": FOLDER}, notes=notes)


def whole_rows(stored: Stored) -> Iterator[Row]:
    """The rows with all their turns, of which an audit hides those that it sees elsewhere."""
    for at in range(len(stored.store)):
        seen = None if at in stored.failed else checked_fields(stored.store.row(at).fields)
        if seen is not None:
            yield Row(at, stored.store.id(at), seen)


def _hits(job: Job) -> Iterator[Hit]:
    """The first place of every pattern in every row, as verdicts.parquet has it."""
    for place in job.past.places():
        told = place.evidence
        start, end = told["span"]
        yield Hit(place.row, "", place.pattern, place.check, told["field"], told.get("turn"), (start, end))


def _write(sets: UnlearningSets, folder: Path) -> dict[str, int]:
    """The files, together or not at all: those of an earlier session are replaced."""
    part, target = folder / f".{FOLDER}.part", folder / FOLDER
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    counts = {}
    for name, rows in sets.files().items():
        lines = [orjson.dumps(row.model_dump(mode="json", exclude_defaults=True)) + b"\n" for row in rows]
        (part / name).write_bytes(b"".join(lines))
        counts[name] = len(rows)
    about = {"rows": counts, "notes": list(sets.notes)}
    write_atomically(part / "sets.json", orjson.dumps(about, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)
    return counts
