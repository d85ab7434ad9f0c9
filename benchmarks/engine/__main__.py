"""What a call costs: corpusmith beside a bare aiohttp loop, against a loopback server, on one core.

    python benchmarks/engine [--small 2000] [--large 8000] [--repeat 3] [--write docs/benchmarks.md]

CPU per request is the slope between the two sizes, so that start-up and the end of a run (data set, card, report)
count apart, as fixed CPU. The sides take turns; the median of the ratios is what counts. Linux, two cores, extra dev.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LATENCY_MS = 200
IN_FLIGHT = 256
PROMPT = (
    "Write one self-contained instruction and its answer for a reader who knows the field but not this text. Keep to "
    "the facts, name the subject once, give a score for difficulty between 0 and 10 and two tags. Reply with a JSON "
    "object that has the fields id, answer, score and tags, and nothing else. Number {i} of the list."
)
SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "answer": {"type": "string"},
        "score": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["id", "answer", "score", "tags"],
}


@dataclass(frozen=True)
class Cost:
    """One process, as the operating system accounted for it."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: list[str], cwd: Path) -> Cost:
    """Run a command pinned to the second core."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, {1}),
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {errors.decode()[-500:]}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def commands(url: str, size: int, folder: Path) -> dict[str, list[str]]:
    """The two sides for one size."""
    prompts = folder / f"prompts{size}.jsonl"
    if not prompts.exists():
        rows = ({"id": f"q{i:06d}", "prompt": f"[[q{i:06d}]] {PROMPT.format(i=i)}"} for i in range(size))
        prompts.write_text("".join(json.dumps(r) + "\n" for r in rows))
    sets = {
        "seeds.path": prompts,
        "builder.schema": folder / "schema.json",
        "models.default.base_url": url,
        "models.default.model": "mock",
        "models.default.concurrency": IN_FLIGHT,
    }
    pairs = [part for key, value in sets.items() for part in ("--set", f"{key}={value}")]
    out = folder / f"out-{time.monotonic_ns()}"
    return {
        "corpusmith": [sys.executable, "-m", "corpusmith", "run", "map", "--quiet", *pairs, "--out", str(out)],
        "bare": [sys.executable, str(HERE / "bare.py"), url, str(prompts), str(folder / "bare.jsonl")],
    }


def stats(url: str) -> dict[str, int]:
    """What the server counted."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as reply:
        found: dict[str, int] = json.loads(reply.read())
    return found


def table(small: int, large: int, repeat: int, url: str, folder: Path) -> str:
    """Measure and write the table as markdown."""
    (folder / "schema.json").write_text(json.dumps(SCHEMA))
    costs: dict[tuple[str, int], list[Cost]] = {}
    for _ in range(repeat):
        for size in (small, large):
            for side, command in commands(url, size, folder).items():
                urllib.request.urlopen(url.removesuffix("/v1") + "/reset").close()
                costs.setdefault((side, size), []).append(measure(command, folder))
                assert stats(url)["distinct"] == size, stats(url)
    slope = {
        side: [
            (b.cpu - a.cpu) / (large - small) * 1000
            for a, b in zip(costs[side, small], costs[side, large], strict=True)
        ]
        for side in ("corpusmith", "bare")
    }
    ratios = [a / b for a, b in zip(slope["corpusmith"], slope["bare"], strict=True)]
    ideal = large * LATENCY_MS / 1000 / IN_FLIGHT
    lines = [
        f"{small} and {large} prompts, {IN_FLIGHT} in flight, {LATENCY_MS} ms, {repeat} rounds, one core each side; "
        "medians.",
        "",
        "| | bare loop | corpusmith | ratio |",
        "|---|---|---|---|",
        f"| CPU per request, slope (ms) | {statistics.median(slope['bare']):.3f} "
        f"| {statistics.median(slope['corpusmith']):.3f} | {statistics.median(ratios):.2f} |",
    ]
    for name, pick, form in (
        ("wall / ideal", lambda c: c.wall / ideal, ".2f"),
        ("CPU of the whole run (s)", lambda c: c.cpu, ".2f"),
        ("peak memory (MB)", lambda c: c.peak_mb, ".0f"),
    ):
        bare, ours = (statistics.median(pick(c) for c in costs[side, large]) for side in ("bare", "corpusmith"))
        lines.append(f"| {name}, {large} prompts | {bare:{form}} | {ours:{form}} | {ours / bare:.2f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", type=int, default=2000)
    parser.add_argument("--large", type=int, default=8000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument(
        "--write", type=Path, help="put the table between this file's marks <!-- engine --> ... <!-- end -->"
    )
    options = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), "--latency-ms", str(LATENCY_MS)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    )
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        with tempfile.TemporaryDirectory() as folder:
            found = table(options.small, options.large, options.repeat, url, Path(folder))
    finally:
        server.kill()
        server.wait()
    print(found)
    if options.write:
        text = options.write.read_text()
        before, _, rest = text.partition("<!-- engine -->")
        after = rest.partition("<!-- end -->")[2]
        options.write.write_text(f"{before}<!-- engine -->\n{found}<!-- end -->{after}")


if __name__ == "__main__":
    main()
