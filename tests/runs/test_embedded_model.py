"""The quick start on the real embedded model: run, killed half-way, run again, run once more."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpusmith.core.errors import CorpusmithError
from corpusmith.llm.model_store import path_of

pytestmark = pytest.mark.model
PASSAGES = 6
IN_FLIGHT = 8


@pytest.fixture(scope="module")
def model() -> Path:
    try:
        return path_of("smollm2", pull_if_missing=True, say=lambda _line: None)
    except CorpusmithError as error:
        pytest.skip(f"the embedded model is not to be had: {error}")


def quickstart(out: Path) -> list[str]:
    sets = ("--set", f"models.default.concurrency={IN_FLIGHT}")
    return [sys.executable, "-m", "corpusmith", "run", "quickstart", "--limit", str(PASSAGES), *sets, "--out", str(out)]


def replies(out: Path) -> list[str]:
    files = sorted((out / "journal").glob("*.jsonl"))
    return [json.loads(line)["key"] for path in files for line in path.read_bytes().split(b"\n")[:-1]]


def test_killed_half_way_and_gone_on_with(model, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(quickstart(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(replies(out)) < 25:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    received = replies(out)

    second = subprocess.run([*quickstart(out), "--json"], capture_output=True, text=True, timeout=300, cwd=tmp_path)

    assert second.returncode == 0, second.stderr
    run = json.loads(second.stdout)
    counts = run["counts"]
    assert counts["kept"] >= 2
    assert counts["candidates"] == sum(counts[f] for f in ("kept", "dropped", "review", "rejected", "failed"))
    keys = replies(out)
    assert keys[: len(received)] == received
    assert len(set(keys)) == len(keys), "a reply that had been received was asked for again"
    assert run["models"]["default"]["demo"]
    rows = [json.loads(line) for line in (out / "records" / "kept.jsonl").read_text().splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == counts["kept"]
    before = {p.relative_to(out): p.read_bytes() for p in (out / "dataset").rglob("*") if p.is_file()}
    assert "emo quality" in (out / "dataset" / "README.md").read_text()

    third = subprocess.run([*quickstart(out), "--json"], capture_output=True, text=True, timeout=60, cwd=tmp_path)

    assert json.loads(third.stdout)["calls"]["sent"] == 0
    assert {p.relative_to(out): p.read_bytes() for p in (out / "dataset").rglob("*") if p.is_file()} == before
