"""A filter that is killed and started again ends as one that was not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time

import pytest

RESULTS = (
    *("kept/rows.jsonl", "dropped/rows.jsonl", "review/rows.jsonl"),
    *("failed.jsonl", "rows.parquet", "verdicts.parquet"),
)
WORDS = ["red", "green", "blue", "tall", "small", "old", "new", "house", "tree", "river"]


def command(data, out):
    return [sys.executable, "-m", "corpusmith", "filter", str(data), "--out", str(out), "--quiet", "--json"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    words = random.Random(5)
    with (folder / "rows.jsonl").open("w") as file:
        for number in range(3000):
            text = " ".join(
                words.choice(["red", "green", "blue", "tall", "small", "old", "new", "house", "tree", "river"])
                for _ in range(12)
            )
            output = "" if number % 50 == 0 else f"{text} {number}"
            file.write(json.dumps({"instruction": text, "output": output}) + "\n")
            if number % 1000 == 999:
                file.write("{broken\n")
    started = time.monotonic()
    done = subprocess.run(command(folder / "rows.jsonl", folder / "out"), capture_output=True, check=True)
    return folder, json.loads(done.stdout)["counts"], time.monotonic() - started


@pytest.mark.parametrize("point", [0.4, 0.6, 0.8])
def test_killed_and_started_again_it_gives_the_same_bytes(whole, tmp_path, point):
    folder, counts, seconds = whole
    process = subprocess.Popen(command(folder / "rows.jsonl", tmp_path / "out"), stdout=subprocess.DEVNULL)
    time.sleep(point * seconds)
    process.kill()
    process.wait()

    done = subprocess.run(command(folder / "rows.jsonl", tmp_path / "out"), capture_output=True, check=True)

    assert json.loads(done.stdout)["counts"] == counts
    assert counts["candidates"] == 3003
    for name in RESULTS:
        assert (tmp_path / "out" / name).read_bytes() == (folder / "out" / name).read_bytes(), name
    assert not (tmp_path / "out" / "work").exists()
    assert not list((tmp_path / "out").rglob("*.part"))
