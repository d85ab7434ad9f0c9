"""Stopped from outside, at any moment: what was received is kept, and the same command goes on from it."""

from __future__ import annotations

import random
import signal
import time

import pytest

COUNT = 240
KILLS = 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_cleanly(number, server, trial, concurrency):
    case = trial(80)
    running = case.start()
    server.wait_for(lambda s: s.answered.total() >= 30, running.process)
    running.process.send_signal(number)

    stopped = running.wait()

    assert stopped.code == 130
    (line,) = [line for line in stopped.err.splitlines() if "interrupted" in line]
    assert "the same command goes on from here" in line
    case.check_quiet(stopped)
    summary = case.summary
    assert summary["status"] == "interrupted"
    answered = server.answered.total()
    assert answered - concurrency <= summary["calls"]["of_the_whole_run"] <= answered
    assert server.asked.total() - answered <= concurrency

    case.check(case.run(), again=concurrency)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_whose_server_is_silent(number, server, trial, concurrency):
    case = trial(20)
    server.hold()
    running = case.start()
    server.wait_for(lambda s: s.at_once > 0, running.process)
    running.process.send_signal(number)
    stopped = running.wait()
    assert stopped.code == 130
    case.check_quiet(stopped)
    assert case.summary["calls"]["of_the_whole_run"] == 0

    # The server works on what it was asked, and is asked again.
    server.let_go()
    case.check(case.run(), again=concurrency)


def test_killed_at_twenty_points(server, trial, concurrency):
    """One run, killed and gone on with again and again: before the first call, between calls, while it ends."""
    case = trial(COUNT)
    chance = random.Random(20)
    for _ in range(KILLS):
        running = case.start()
        stop_at = server.answered.total() + chance.randrange(COUNT // KILLS + 4)
        server.wait_for(lambda s, stop_at=stop_at: s.answered.total() >= stop_at, running.process)
        running.process.kill()
        running.wait()
        assert "Traceback" not in running.err

    case.check(case.run(), again=KILLS * concurrency)

    assert set(server.answered) == set(case.markers)
    # What is paid for twice was in flight at a kill: answered, and not yet read.
    assert server.asked.total() <= COUNT + KILLS * concurrency
    assert case.summary["calls"]["of_the_whole_run"] == COUNT


SMALL_SEGMENTS = """
from corpusmith.llm.journal import Journal
Journal.__init__.__kwdefaults__["segment_bytes"] = 3000
"""


def test_killed_while_segments_are_sealed(server, trial, concurrency):
    """A segment is full after a few replies, so that one is being packed at every kill."""
    case = trial(COUNT)
    chance = random.Random(21)
    kills = 8
    for _ in range(kills):
        running = case.start(prelude=SMALL_SEGMENTS)
        stop_at = server.answered.total() + chance.randrange(10, COUNT // kills)
        server.wait_for(lambda s, stop_at=stop_at: s.answered.total() >= stop_at, running.process)
        running.process.kill()
        running.wait()

    case.check(case.run_apart(prelude=SMALL_SEGMENTS), again=kills * concurrency)

    assert server.asked.total() <= COUNT + kills * concurrency
    assert case.summary["calls"]["of_the_whole_run"] == COUNT
    names = sorted(path.name for path in (case.out / "journal").iterdir())
    assert len(names) > 10
    assert all(name.endswith(".jsonl.zst") for name in names[:-1])
    assert names[-1].endswith(".jsonl")


@pytest.mark.parametrize("place", ["rejected.jsonl", "dataset", "report.html"])
def test_killed_while_it_writes_what_follows_from_the_rows(place, server, trial):
    """Whatever of the end is there already, the next session writes all of it anew and asks nothing."""
    case = trial(60)
    running = case.start()
    while not (case.out / place).exists() and running.process.poll() is None:
        time.sleep(0.001)
    running.process.kill()
    running.wait()

    case.check(case.run())

    assert server.asked.total() == 60
    assert not [path for path in case.out.rglob("*") if path.suffix in (".part", ".partial", ".old")]
