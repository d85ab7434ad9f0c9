"""What every row check costs and finds on a file.

    python benchmarks/quality/row_checks.py DATA [--rows N] [--rounds 3] [--only text.loop,format.json]

Prints a table: CPU microseconds a row for each check alone, for each check where all share one batch, and how many
rows cross the check's own bar. DATA is whatever `corpusmith filter` reads. The shape of a row (instruction data or a
conversation) is recognised; other columns stay as they are. Memory and models that a check needs are loaded before
the clock runs; one thread is used, so that CPU time and the time that passes are the same on a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from statistics import median

os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from corpusmith.core import registry
from corpusmith.core.errors import UsageError
from corpusmith.data.sources import Unreadable, open_source, to_instruction_fields
from corpusmith.quality import Row
from corpusmith.quality.batch import Batch

BATCH = 2048
"""Rows judged at once, as `corpusmith filter` does."""
OPTIONS = {"text.flagged_word_ratio": {"words": ("damn", "bloody", "idiot")}}
"""Options of the checks that cannot be made without."""


def main() -> int:
    """Read the rows, then judge them check by check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--rows", type=int, help="so many rows; none: all")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is printed")
    parser.add_argument("--only", default="", help="names of checks, with commas")
    given = parser.parse_args()
    rows = read(given.data, given.rows)
    if not rows:
        print(f"{given.data} has no rows")
        return 1
    words = sum(len(text.split()) for row in rows for text in row.fields.values() if isinstance(text, str))
    print(
        f"{given.data}: {len(rows):,} rows, {words / len(rows):.0f} words a row; {sys.version.split()[0]}, one thread\n"
    )
    print("| check | us a row | in a shared batch | rows found | could not judge | reasons |")
    print("|---|---:|---:|---:|---:|---|")
    shared = [Batch(rows[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
    totals = [0.0, 0.0]
    for name in given.only.split(",") if given.only else registry.names("checks"):
        made = registry.load("checks", name)
        if made.scope != "row":
            continue
        try:
            check = made(made.Options(**OPTIONS[name])) if name in OPTIONS else made()
        except UsageError as error:
            print(f"| {name} | - | - | - | - | {error.message} |")
            continue
        check.judge(rows[:64])
        alone, findings = timed(check, [rows[at : at + BATCH] for at in range(0, len(rows), BATCH)], given.rounds)
        together, _ = timed(check, shared, 1)
        hits = [f for f in findings if isinstance(f.value, float) and check.bar.crossed(f.value)]
        reasons = ", ".join(f"{reason} {count}" for reason, count in Counter(f.reason for f in hits).most_common(3))
        errors = sum(f.error for f in findings)
        totals = [totals[0] + alone, totals[1] + together]
        print(f"| {name} | {alone:.1f} | {together:.1f} | {len(hits)} | {errors} | {reasons} |", flush=True)
    print(f"| all | {totals[0]:.0f} | {totals[1]:.0f} | | | |")
    return 0


def read(data: str, limit: int | None) -> list[Row]:
    """The rows of any source, as checks see them."""
    rows = []
    for entry in islice(open_source(data), limit):
        if not isinstance(entry, Unreadable):
            rows.append(Row(len(rows), entry.key, to_instruction_fields(entry.fields) or entry.fields))
    return rows


def timed(check: object, batches: Sequence[Sequence[Row]], rounds: int) -> tuple[float, list]:
    """Median CPU microseconds a row, and the findings."""
    spent = []
    findings: list = []
    for _ in range(rounds):
        start = time.process_time()
        findings = [finding for batch in batches for finding in check.judge(batch)]
        spent.append((time.process_time() - start) / len(findings) * 1e6)
    return median(spent), findings


if __name__ == "__main__":
    sys.exit(main())
