"""What the search costs, and how that grows with the rows."""

from __future__ import annotations

import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from evaluation import alpaca, halves, human, rows

import corpusmith
from corpusmith.quality.patterns import find_patterns
from corpusmith.quality.uniformity import measure

SIZES = (52_000, 520_000, 1_000_000)


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
    """Whole audits of a file with their report, each size in a process of its own; the slope tells the cost of more."""
    yield "| rows | MB of JSON | seconds | CPU seconds | us a row | peak memory (MB) | patterns | rows flagged |"
    yield "|---" * 8 + "|"
    found: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "people.jsonl"
        reference.write_text("".join(json.dumps(row) + "\n" for row in human(data)), encoding="utf-8")
        for size in sizes:
            path = Path(folder) / f"{size}.jsonl"
            _write(data, path, size)
            done = subprocess.run(
                [sys.executable, str(Path(__file__)), str(path), str(reference), str(Path(folder) / f"out-{size}")],
                check=True,
                stdout=subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
            made = json.loads(done.stdout)
            found.append((size, made["cpu"]))
            yield (
                f"| {size:,} | {path.stat().st_size / 1e6:.0f} | {made['wall']:.0f} | {made['cpu']:.0f} | "
                f"{made['cpu'] / size * 1e6:.0f} | {made['peak']:.0f} | {made['patterns']} | {made['flagged']:,} |"
            )
            path.unlink()
    if len(found) > 1:
        (few, less), (many, more) = found[0], found[-1]
        slope = (more - less) / (many - few)
        yield f"| 5,200,000 by slope | | | {less + slope * (5_200_000 - few):.0f} | {slope * 1e6:.0f} | | | |"


def _write(data: Path, path: Path, size: int) -> None:
    """Rows of Alpaca; when they are used up, rows whose instruction and answer begin as one and go on as another."""
    values, chance = alpaca(data), random.Random(5)
    with path.open("w", encoding="utf-8") as file:
        for at in range(size):
            one = values[at % len(values)]
            fields = {name: one[name] for name in ("instruction", "response")}
            if at >= len(values):
                other = chance.choice(values)
                fields = {name: _half(text, 0) + _half(other[name], 1) for name, text in fields.items()}
            file.write(json.dumps(fields) + "\n")


def _half(text: str, which: int) -> str:
    sentences = re.split(r"(?<=[.!?])(?=\s)", text)
    middle = -(-len(sentences) // 2)
    return "".join(sentences[middle:] if which else sentences[:middle])


def _peak_mb() -> float:
    """Most resident memory of this process; its rusage would count that of the process that made it as well."""
    told = Path("/proc/self/status")
    if told.exists():
        return next(int(line.split()[1]) for line in told.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """In a process of its own: audit one file."""
    path, reference, out = sys.argv[1:4]
    start, wall = time.process_time(), time.perf_counter()
    found = corpusmith.audit(path, reference=reference, out=out, kind="instructions")
    figures = {
        "cpu": time.process_time() - start,
        "wall": time.perf_counter() - wall,
        "peak": _peak_mb(),
        "patterns": len(found.patterns),
        "flagged": found.result["flagged"],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
