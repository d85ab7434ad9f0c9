"""The disk is full, the place is wrong, the clock jumps, somebody else is at work in the folder."""

from __future__ import annotations

import json

import pytest

COUNT = 60

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))
"""
JUMPING = """
import itertools, time
true_time, jumps = time.time, itertools.cycle((0.0, 86400.0, -86400.0, 1e9, -1e9))
time.time = lambda: true_time() + next(jumps)
"""


def full(size):
    """What makes every file end at `size` bytes: a full disk, for whoever writes beyond it."""
    return LIMITED.format(size=size)


def test_the_journal_meets_a_full_disk(server, trial, concurrency):
    server.padding = "x" * 1000
    case = trial(COUNT)

    stopped = case.run_apart(prelude=full(40_000))

    assert stopped.code == 1
    assert "the journal in" in stopped.error
    assert "File too large" in stopped.error
    assert "run the same command again" in stopped.error
    case.check_quiet(stopped)
    journal = (case.out / "journal" / "journal-00001.jsonl").read_bytes()
    assert journal.endswith(b"\n")
    stored = journal.count(b'"status":"ok"')
    assert 0 < stored < COUNT
    # Paid and lost: no more than what was in flight when the disk was full; and nothing is sent after that.
    assert server.asked.total() - stored <= concurrency

    case.check(case.run(), again=concurrency)
    assert case.summary["calls"]["sent"] == COUNT - stored
    assert case.summary["calls"]["of_the_whole_run"] == COUNT


@pytest.mark.parametrize("place", ["item log", "list of rows"])
def test_the_records_meet_a_full_disk(place, server, trial, concurrency):
    """All columns of the seeds go into the item log and the rows, so that these are longer than the journal."""
    case = trial(COUNT, more="x" * 1000)
    if place == "list of rows":
        case.run()
        (case.out / "records" / "kept.jsonl").unlink()

    stopped = case.run_apart(prelude=full(30_000))

    assert stopped.code == 1
    assert ("the item log" if place == "item log" else "the run in") in stopped.error
    assert "File too large" in stopped.error
    assert "run the same command again" in stopped.error
    case.check_quiet(stopped)
    assert case.summary["status"] == "failed"
    assert not list(case.out.rglob("*.part"))
    case.check(case.run(), again=concurrency if place == "item log" else 0)


def test_the_report_meets_a_full_disk(server, trial):
    case = trial(COUNT)
    case.run()
    sizes = {path: path.stat().st_size for path in case.out.rglob("*") if path.is_file()}
    report = case.out / "report.html"
    most = max(size for path, size in sizes.items() if path != report)
    assert sizes[report] > most
    report.unlink()

    stopped = case.run_apart(prelude=full(most + 1))

    assert stopped.code == 1
    assert "File too large" in stopped.error
    case.check_quiet(stopped)
    assert case.summary["status"] == "failed"
    assert not report.exists()
    case.check(case.run())
    assert report.exists()
    assert server.asked.total() == COUNT


@pytest.mark.parametrize("below", ["", "/runs/first"])
def test_an_out_path_at_or_under_a_regular_file(below, server, trial):
    case = trial(COUNT)
    (case.folder / "notes.txt").write_text("mine")
    case.out = case.folder / f"notes.txt{below}"

    stopped = case.run_apart()

    assert stopped.code == 1
    assert f"the run folder {case.out} cannot be made" in stopped.error
    assert "--out" in stopped.error
    case.check_quiet(stopped)
    assert (case.folder / "notes.txt").read_text() == "mine"
    assert server.asked.total() == 0


def test_a_clock_that_jumps(server, trial, every):
    """Every look at the system's clock gives another year; retries, timeouts and order do not rest on it."""

    async def later(exchange):
        dates = [("Date", "Mon, 01 Jan 2024 00:00:00 GMT"), ("Retry-After", "Mon, 01 Jan 2024 00:00:00 GMT")]
        await exchange.send(b"slow down", 429, dates)

    server.plan = every(10, later)
    case = trial(COUNT)

    case.check(case.run_apart(prelude=JUMPING))

    assert server.asked.total() == COUNT + COUNT // 10
    assert case.summary["seconds"] >= 0


def test_two_processes_on_one_folder(server, trial):
    case = trial(COUNT)
    server.hold()
    first = case.start()
    server.wait_for(lambda s: s.at_once > 0, first.process)

    second = case.run_apart()

    assert second.code == 1
    assert f"another process (pid {first.process.pid}) is working in {case.out}" in second.error
    case.check_quiet(second)
    server.let_go()
    case.check(first.wait())
    assert server.asked.total() == COUNT


@pytest.mark.parametrize("name", ["run.json", "records/made_from.json"])
def test_a_file_that_lost_its_content_with_the_power(name, server, trial):
    case = trial(COUNT)
    case.run()
    (case.out / name).write_bytes(b"")

    again = case.run_apart()

    if name == "run.json":
        case.check(again)
    else:
        assert again.code == 1
        assert f"{case.out / name} is damaged" in again.error
    case.check_quiet(again)
    assert server.asked.total() == COUNT


def test_a_key_that_the_server_repeats_is_stored_nowhere(server, trial):
    """Some gateways put the request's headers into the completion, some models repeat what they were told."""

    async def repeats(exchange):
        exchange.server.count(exchange.marker)
        told = {"id": exchange.marker, "colour": f"as {exchange.key} says", "size": 1}
        await exchange.send(exchange.completion(json.dumps(told)))

    server.plan = lambda marker, attempt: repeats
    case = trial(COUNT)

    done = case.run()

    assert done.code == 0
    case.check_quiet(done)
    rows = case.lines("records/kept.jsonl")
    assert {row["record"]["fields"]["colour"] for row in rows} == {"as Bearer [the key] says"}
    # What is packed cannot be searched as it lies: unpacked, then.
    import pyarrow.parquet as pq

    tables = [pq.read_table(file).to_pylist() for file in (case.out / "dataset" / "data").glob("*.parquet")]
    assert "[the key]" in str(tables)
    assert "sk-test" not in str(tables)
    # From the journal it is the same.
    assert case.run().code == 0
    assert case.lines("records/kept.jsonl") == rows
    assert server.asked.total() == COUNT
