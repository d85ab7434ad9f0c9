"""What audit and mitigate do to planted sets, as commands of the package: shares, what is kept, lengths, time."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import wordings
from evaluation import alpaca, halves, human, sums
from plants import plant

import corpusmith

SHARE = 0.1
FAMILIES = ("fixed_opening", "fixed_closing", "mid_phrase", "paraphrased_opening")


def mitigated(data: Path, size: int, seeds: Sequence[int]) -> Iterator[str]:
    """A tenth of the rows planted, then each strategy that needs no model."""
    yield "| family | strategy | seed | planted before | after | clean rows kept | mean words before | after |"
    yield "|---" * 8 + "|"
    values = human(data)
    for seed in seeds:
        rows, reference = halves(values, size, seed)
        people = [row.fields for row in reference]
        for family in FAMILIES:
            made = plant(rows, family, wordings.REPORT[family][0], SHARE, seed)
            fields = [{**row.fields, "at": row.index} for row in made.rows]
            with tempfile.TemporaryDirectory() as folder:
                audit = corpusmith.audit(fields, reference=people, out=Path(folder) / "audit")
                for strategy in ("cap", "resample"):
                    done = corpusmith.mitigate(
                        fields, audit=audit, reference=people, strategy=strategy, out=Path(folder) / strategy
                    )
                    yield _line(family, strategy, seed, fields, done.kept.to_list(), made.planted)


def _line(
    family: str,
    strategy: str,
    seed: int,
    before: Sequence[dict[str, Any]],
    after: Sequence[dict[str, Any]],
    planted: frozenset[int],
) -> str:
    left = sum(row["at"] in planted for row in after)
    clean = (len(after) - left) / (len(before) - len(planted))
    was, now = (sum(len(row["response"].split()) for row in rows) / len(rows) for rows in (before, after))
    return (
        f"| {family} | {strategy} | {seed} | {len(planted) / len(before):.1%} | {left / len(after):.2%} | "
        f"{clean:.1%} | {was:.1f} | {now:.1f} ({now / was - 1:+.1%}) |"
    )


def audited(data: Path, size: int) -> Iterator[str]:
    """Whole audits, the report included: time, people beside people, one answer to all, sums beside chat."""
    yield "| audit | rows | reference | seconds | CPU seconds | rows flagged | fairness |"
    yield "|---" * 7 + "|"
    values = human(data)
    one, other = ([row.fields for row in half] for half in halves(values, size, 101))
    machine = random.Random(1).sample(alpaca(data), size)
    constant = [{**row, "response": "Yes."} for row in one]
    cases: tuple[tuple[str, Sequence[dict[str, Any]], Sequence[dict[str, Any]] | None], ...] = (
        ("people", one, other),
        ("people, counts in the place of a reference", one, None),
        ("Alpaca", machine, other),
        ("Alpaca, counts in the place of a reference", machine, None),
        ("one answer to all", constant, other),
        ("one answer to all, counts", constant, None),
        ("200 sums", sums(200, 1), other),
        ("200 sums, no reference", sums(200, 1), None),
    )
    for name, rows, reference in cases:
        with tempfile.TemporaryDirectory() as folder:
            wall, cpu = time.perf_counter(), time.process_time()
            found = corpusmith.audit(rows, reference=reference, out=Path(folder) / "out").result
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        fair = found["reference"]["fairness"] or {"verdict": "-"}
        yield (
            f"| {name} | {len(rows):,} | {found['reference']['kind']} | {wall:.1f} | {cpu:.1f} | "
            f"{found['flagged_share']:.1%} | {fair['verdict']} |"
        )


def rewritten(data: Path, size: int) -> Iterator[str]:
    """The embedded model on short rows: how many are said again, how many only lose the pattern, how many go."""
    values = human(data)
    rows, reference = halves(values, size, 101)
    people = [row.fields for row in reference]
    short = [row.index for row in rows if 8 <= len(str(row.fields["response"]).split()) <= 60]
    drawn = set(random.Random(1).sample(short, 60))
    opening = "Great choice of topic! Here's what I found. "
    fields = [
        {**row.fields, "response": opening + str(row.fields["response"])} if row.index in drawn else dict(row.fields)
        for row in rows
    ]
    with tempfile.TemporaryDirectory() as folder:
        audit = corpusmith.audit(fields, reference=people, out=Path(folder) / "audit")
        done = corpusmith.mitigate(
            fields,
            audit=audit,
            reference=people,
            strategy="rewrite",
            out=Path(folder) / "out",
            options={"model": "smollm2"},
        )
        changed = done.changed.to_list() if done.run["changed"] else []
        by = [one["evidence"]["by"] for one in changed]
        yield "| over the cap | said again by the model | pattern cut out | gone | flagged before | after |"
        yield "|---" * 6 + "|"
        over = len(changed) + done.counts["dropped"]
        yield (
            f"| {over} | {by.count('model')} | {by.count('rule')} | {done.counts['dropped']} | "
            f"{done.run['before']['flagged']} | {done.run['after']['flagged']} |"
        )
        for one in [one for one in changed if one["evidence"]["by"] == "model"][:8]:
            both = {side: one[side]["response"] for side in ("before", "after")}
            yield json.dumps(both, ensure_ascii=False)
