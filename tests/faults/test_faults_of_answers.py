"""Replies that come and cannot be used: asked again where that may help, rejected with their text where it does not."""

from __future__ import annotations

import json
import re
import zlib
from functools import cache

import pytest

COUNT = 40
NTH = 8
FAULTY = COUNT // NTH


async def cut_by_length(exchange):
    await exchange.send(exchange.completion('{"id": "m', finish="length"))


async def prose(exchange):
    await exchange.send(exchange.completion("Here is what you asked for: it is green."))


async def wrong_type(exchange):
    await exchange.send(exchange.completion(json.dumps({"id": exchange.marker, "colour": "green", "size": "big"})))


async def cut_but_called_whole(exchange):
    await exchange.send(exchange.completion('{"id": "m00001", "colour": "gre'))


async def nothing(exchange):
    await exchange.send(exchange.completion(""))


async def withheld(exchange):
    await exchange.send(exchange.completion("", finish="content_filter"))


async def refused(exchange):
    await exchange.send(exchange.completion("", refusal="I cannot describe that."))


UNUSABLE = {
    "cut by its length limit": (cut_by_length, "truncated", 3),
    "prose": (prose, "invalid_structure", 4),
    "wrong type": (wrong_type, "invalid_structure", 4),
    "cut JSON that claims to be whole": (cut_but_called_whole, "invalid_structure", 4),
    "no text": (nothing, "empty_reply", 4),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_an_unusable_answer_is_asked_for_again(name, server, trial, every):
    fault, reason, _ = UNUSABLE[name]
    server.plan = every(NTH, fault)
    case = trial(COUNT)

    case.check(case.run())

    assert server.asked.total() == COUNT + FAULTY
    assert case.summary["calls"]["asked_again"] == {reason: FAULTY}


@pytest.mark.parametrize("name", UNUSABLE)
def test_one_that_stays_unusable_is_rejected_with_its_text_and_not_asked_for_ever_again(name, server, trial, every):
    fault, reason, asks = UNUSABLE[name]
    server.plan = every(NTH, fault, times=10**9)
    case = trial(COUNT)
    lost = [m for m in case.markers if int(m[1:]) % NTH == 1]

    case.check(case.run(), rejected=lost)

    rejected = case.lines("rejected.jsonl")
    assert {line["reason"] for line in rejected} == {reason}
    said = {"truncated": '{"id": "m', "empty_reply": ""}.get(reason)
    assert all(line["text"] == said if said is not None else line["text"] for line in rejected)
    assert all(len(line["calls"]) == asks for line in rejected)
    asked = COUNT + (asks - 1) * FAULTY
    assert server.asked.total() == asked

    case.check(case.run(), rejected=lost)
    assert server.asked.total() == asked


@pytest.mark.parametrize(("fault", "reason"), [(withheld, "content_filter"), (refused, "refused")])
def test_an_answer_that_is_withheld_is_rejected_at_once(fault, reason, server, trial, every):
    server.plan = every(NTH, fault, times=10**9)
    case = trial(COUNT)

    case.check(case.run(), rejected=[m for m in case.markers if int(m[1:]) % NTH == 1])

    assert {line["reason"] for line in case.lines("rejected.jsonl")} == {reason}
    assert server.asked.total() == COUNT


def test_nothing_but_unusable_answers_is_an_error_with_a_table(server, trial):
    server.plan = lambda marker, attempt: prose
    case = trial(12)

    done = case.run_apart("models.default.schema_retries=1")

    case.check(done, code=1, rejected=case.markers)
    assert "rejected  invalid_structure  12" in done.out
    assert "no row was kept" in done.error


async def endless(exchange):
    """A body without an end, sent for as long as somebody reads it."""
    exchange.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not exchange.writer.is_closing():
        exchange.writer.write(b" " * 65536)
        await exchange.writer.drain()


async def huge(exchange):
    await exchange.send(b" " * 65536, promised=1 << 36)


@cache
def packed():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b" " * (1 << 20)) for _ in range(256)) + packer.flush()


async def unpacks_to_much(exchange):
    await exchange.send(packed(), headers=[("Content-Encoding", "gzip")])


@pytest.mark.parametrize("fault", [endless, huge, unpacks_to_much])
def test_an_oversized_reply_costs_its_row_and_no_memory(fault, server, trial, every):
    server.plan = every(NTH, fault, times=10**9)
    case = trial(COUNT)

    # Asked of the process itself: what the system tells its parent counts the parent's own memory at the start too.
    tell = "import atexit, pathlib\n" + (
        f"atexit.register(lambda: pathlib.Path({str(case.folder / 'status')!r}).write_text("
        "pathlib.Path('/proc/self/status').read_text()))"
    )
    done = case.run_apart(f"models.default.max_reply_bytes={1 << 20}", prelude=tell)

    case.check(done, failed=[m for m in case.markers if int(m[1:]) % NTH == 1])
    assert {line["reason"] for line in case.lines("failed.jsonl")} == {"oversized"}
    assert server.asked.total() == COUNT
    peak = re.search(r"VmHWM:\s+(\d+) kB", (case.folder / "status").read_text())
    assert peak is not None
    assert int(peak[1]) < 300 << 10
