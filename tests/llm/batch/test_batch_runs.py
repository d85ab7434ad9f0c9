"""Whole runs in batches: the same builders, the same rows, also after kills."""

import asyncio
import json
import os
import signal
import sys

import pytest
from pyarrow.parquet import read_table

from corpusmith import run
from corpusmith.core.errors import FatalEndpointError
from corpusmith.llm.journal import Journal
from corpusmith.runs.progress import Silent

ROWS = 12
PATIENCE = 90.0
RECIPE = """
name: shout
builder: {kind: map}
seeds: {path: rows.jsonl}
models:
  default: {base_url: %s, model: m, api_key_env: none, batch: %s, batch_poll: 0.05}
"""


class Told(Silent):
    def __init__(self):
        self.said = []

    def say(self, line):
        self.said.append(line)


class BatchRun:
    def __init__(self, host, folder):
        self.host, self.folder = host, folder
        rows = [json.dumps({"prompt": f"row {number}"}) + "\n" for number in range(ROWS)]
        (folder / "rows.jsonl").write_text("".join(rows))

    def recipe(self, mode):
        path = self.folder / "recipe.yaml"
        path.write_text(RECIPE % (self.host.url, mode))
        return path

    async def start(self):
        """The command line, in a process of its own: to be killed."""
        arguments = ["-m", "corpusmith", "run", str(self.recipe("api")), "--out", "out", "--json"]
        return await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=self.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )

    async def run(self, *sets, mode="api"):
        progress = Told()
        result = await asyncio.wait_for(
            asyncio.to_thread(run, self.recipe(mode), sets=sets, out=self.folder / "out", progress=progress), PATIENCE
        )
        return result, progress.said

    def rows(self):
        return sorted(read_table(self.folder / "out" / "dataset" / "data").column("completion").to_pylist())


@pytest.fixture
def batch_run(host, tmp_path):
    return BatchRun(host, tmp_path)


SHOUTED = sorted(f"ROW {number}" for number in range(ROWS))


async def test_a_run_in_one_batch(batch_run, host):
    result, said = await batch_run.run()
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED
    assert result.run["counts"]["kept"] == ROWS
    assert result.run["calls"]["sent"] == ROWS
    assert result.run["tokens"] == {"prompt": 5 * ROWS, "completion": 2 * ROWS}
    assert [len(batch["lines"]) for batch in host.batches.values()] == [ROWS]
    assert any("12 requests submitted" in line for line in said)


async def test_lines_without_an_answer_go_into_the_next_batch(batch_run, host):
    failing = {0: host.said(500, "no idea"), 1: {"error": {"code": "batch_expired", "message": "too late"}}}
    calls = []

    def answer(number, line):
        calls.append(line["custom_id"])
        return failing.get(number) if len(calls) <= ROWS and number in failing else host.ok(line)

    host.answer = answer
    result, _ = await batch_run.run()
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED
    assert [len(batch["lines"]) for batch in host.batches.values()] == [ROWS, 2]
    assert result.run["calls"]["by_cause"] == {"batch_expired": 1, "http_500": 1}
    assert set(host.paid.values()) == {1}


async def until(condition):
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not come to that")


@pytest.mark.parametrize("moment", ["submitted", "in_progress"])
async def test_killed_while_a_batch_is_worked_on_the_next_run_takes_it_up(batch_run, host, moment):
    if moment == "submitted":
        # The answer to the submission never arrives: the process is killed while it waits for it.
        host.hold = asyncio.Event()
    host.statuses = ["in_progress"]
    process = await batch_run.start()
    await until(lambda: host.batches and (moment == "submitted" or host.heard["GET batches"]))
    os.kill(process.pid, signal.SIGKILL)
    await process.communicate()
    host.hold = None
    (batch,) = host.batches.values()
    batch["statuses"] = ["in_progress", "completed"]
    result, _ = await batch_run.run()
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED
    assert result.run["counts"]["kept"] == ROWS
    assert len(host.batches) == 1
    assert set(host.paid.values()) == {1}


async def test_a_batch_that_is_refused_ends_the_run_with_what_was_said(batch_run, host):
    host.statuses, host.errors = ["failed"], [{"code": "invalid_model", "message": "no model m here"}]
    with pytest.raises(FatalEndpointError, match="no model m here"):
        await batch_run.run()
    host.statuses = ["completed"]
    result, _ = await batch_run.run()
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED


async def test_with_files_the_run_stops_and_goes_on_from_their_answers(batch_run, host):
    result, _ = await batch_run.run(mode="files")
    assert result.exit_code == 4
    assert "run-batch" in result.run["reason"]
    assert result.run["calls"]["sent"] == 0
    (path,) = (batch_run.folder / "out" / "journal" / "batches").glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    answers = [{"custom_id": line["custom_id"], **host.ok(line)} for line in lines]
    path.with_suffix(".output.jsonl").write_text("".join(json.dumps(line) + "\n" for line in answers))
    result, _ = await batch_run.run(mode="files")
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED
    assert len(Journal(batch_run.folder / "out" / "journal")) == ROWS
    assert not host.heard


async def test_a_run_with_a_higher_limit_submits_only_what_is_missing(batch_run, host):
    await batch_run.run("limit=5")
    result, _ = await batch_run.run()
    assert result.exit_code == 0
    assert batch_run.rows() == SHOUTED
    assert [len(batch["lines"]) for batch in host.batches.values()] == [5, 7]
