"""What the search costs, and how that grows with the rows."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evaluation import alpaca, halves, human, rows

from corpusmith.quality import Row
from corpusmith.quality.patterns import find_patterns
from corpusmith.quality.uniformity import measure

SIZES = (52_000, 520_000)


def small(data: Path, size: int) -> Iterator[str]:
    """One audit of `size` rows against as many."""
    mine = rows(random.Random(1).sample(alpaca(data), size))
    _, other = halves(human(data), size, 1)
    yield "| part | seconds | CPU seconds |\n|---|---|---|"
    for name, run in (("patterns", lambda: find_patterns(mine, other)), ("panel", lambda: measure(mine, other))):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        yield f"| {name} | {time.perf_counter() - wall:.1f} | {time.process_time() - cpu:.1f} |"


def large(data: Path, sizes: Sequence[int]) -> Iterator[str]:
    """Rows from a file, each size in a process of its own; the slope tells the cost of more."""
    yield "| rows | MB of text | CPU seconds | us a row | peak memory (MB) | patterns | rows flagged |"
    yield "|---" * 7 + "|"
    found: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.jsonl"
            _write(data, path, size)
            command = [sys.executable, str(Path(__file__)), str(path), str(data)]
            done = subprocess.run(command, check=True, capture_output=True, env=_one_thread())
            made = json.loads(done.stdout)
            found.append((size, made["cpu"]))
            yield (
                f"| {size:,} | {path.stat().st_size / 1e6:.0f} | {made['cpu']:.0f} | {made['cpu'] / size * 1e6:.0f} | "
                f"{made['peak']:.0f} | {made['patterns']} | {made['flagged']:,} |"
            )
            path.unlink()
    if len(found) > 1:
        (few, less), (many, more) = found[0], found[-1]
        slope = (more - less) / (many - few)
        yield f"| 5,200,000 by slope | | {less + slope * (5_200_000 - few):.0f} | {slope * 1e6:.0f} | | | |"


def _one_thread() -> dict[str, str]:
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _write(data: Path, path: Path, size: int) -> None:
    """Rows of Alpaca, again and again, each time with other numbers and a word of its own."""
    values, chance = alpaca(data), random.Random(5)
    with path.open("w", encoding="utf-8") as file:
        for at in range(size):
            one = values[at % len(values)]
            own = f" ({chance.randrange(1 << 30):x})" if at >= len(values) else ""
            fields: dict[str, Any] = {"instruction": one["instruction"] + own, "response": one["response"] + own}
            file.write(json.dumps(fields) + "\n")


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for at, line in enumerate(file):
            yield Row(at, str(at), json.loads(line))


def main() -> None:
    """In a process of its own: search one file."""
    path, data = Path(sys.argv[1]), Path(sys.argv[2])
    reference = rows(human(data))
    start = time.process_time()
    found = find_patterns(lambda: _read(path), reference)
    used = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": used, "peak": peak, "patterns": len(found.patterns), "flagged": found.flagged}))


if __name__ == "__main__":
    main()
