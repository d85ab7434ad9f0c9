"""Faults that pass: the call is sent again, every row arrives, and no answer is paid for twice."""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import socket
import struct
import time

import pytest

COUNT = 40
NTH = 5
FAULTY = COUNT // NTH


async def too_many(exchange):
    await exchange.send(b'{"error": {"message": "slow down"}}', 429, [("Retry-After", "0.05")])


async def too_many_until(exchange):
    """Retry-After as a date; the server's clock is a day ahead, and its own Date says so."""
    said, until = (email.utils.formatdate(time.time() + 86400 + later, usegmt=True) for later in (0, 0))
    await exchange.send(b"slow down", 429, [("Date", said), ("Retry-After", until)])


async def server_error(exchange):
    await exchange.send(b'{"error": {"message": "no idea"}}', 500)


async def overloaded(exchange):
    await exchange.send(b"<h1>Service Unavailable</h1>", 503)


async def reset(exchange):
    linger = struct.pack("ii", 1, 0)
    exchange.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    exchange.writer.transport.abort()


async def reset_in_the_body(exchange):
    await exchange.send(b'{"choices": [', promised=500)
    await reset(exchange)


async def page(exchange):
    await exchange.send(b"<html><body>Sign in to the network</body></html>")


async def short_body(exchange):
    await exchange.send(b'{"choices": [{"index": 0, "mess', promised=400)
    exchange.writer.close()


async def cut_json(exchange):
    await exchange.send(b'{"choices": [{"index": 0, "message": {"role": "assi')


async def not_utf8(exchange):
    await exchange.send(exchange.completion("caf_").replace(b"caf_", b"caf\xe9"))


async def half_a_character(exchange):
    await exchange.send(exchange.completion("smile: \ud83d"))


async def error_in_a_200(exchange):
    await exchange.send(b'{"error": {"message": "the worker died", "code": 500}}')


async def no_http(exchange):
    exchange.writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
    exchange.writer.close()


PASSING = {
    "429 with Retry-After": (too_many, "http_429"),
    "429 with a date": (too_many_until, "http_429"),
    "500": (server_error, "http_500"),
    "503 with a page": (overloaded, "http_503"),
    "reset": (reset, "reset"),
    "reset in the body": (reset_in_the_body, "reset or cut_body"),
    "page in a 200": (page, "html"),
    "body shorter than promised": (short_body, "cut_body"),
    "JSON that is cut": (cut_json, "cut_body"),
    "not UTF-8": (not_utf8, "cut_body"),
    "half a surrogate pair": (half_a_character, "cut_body"),
    "error in a 200": (error_in_a_200, "not_a_completion"),
    "no HTTP": (no_http, "cut_body"),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_fault_that_passes_costs_one_more_request(name, server, trial, every):
    fault, cause = PASSING[name]
    server.plan = every(NTH, fault)
    case = trial(COUNT)

    done = case.run()

    case.check(done)
    assert server.asked.total() == COUNT + FAULTY
    calls = case.summary["calls"]
    assert (calls["sent"], calls["retries"]) == (COUNT, FAULTY)
    assert sum(calls["by_cause"].values()) == FAULTY
    assert calls["by_cause"].keys() <= {*cause.split(" or ")}


def test_a_call_that_hangs_is_given_up_and_holds_up_nobody(server, trial, every):
    async def hangs(exchange):
        await asyncio.Event().wait()

    server.plan = every(10, hangs)
    case = trial(COUNT)

    case.check(case.run("models.default.timeout=2"))

    assert server.asked.total() == COUNT + COUNT // 10
    assert case.summary["calls"]["by_cause"] == {"timeout": COUNT // 10}


def test_a_slow_body_is_waited_for_within_the_timeout_and_not_beyond(server, trial, every):
    async def drips(exchange):
        body = exchange.good() if exchange.attempt else exchange.completion("never read to its end")
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        exchange.writer.write(head)
        for at in range(0, len(body), 8):
            exchange.writer.write(body[at : at + 8])
            await exchange.writer.drain()
            await asyncio.sleep(0.001 if exchange.attempt else 1.0)

    server.plan = every(10, drips, times=9)
    case = trial(COUNT)

    case.check(case.run("models.default.timeout=2"))

    assert case.summary["calls"]["by_cause"] == {"timeout": COUNT // 10}
    assert server.asked.total() == COUNT + COUNT // 10


def test_a_fault_that_stays_costs_its_own_row_and_the_next_session_asks_again(server, trial, every):
    server.plan = every(NTH, server_error, times=10**9)
    case = trial(COUNT)
    lost = [m for m in case.markers if int(m[1:]) % NTH == 1]

    done = case.run("models.default.retries=1")

    case.check(done, failed=lost)
    assert {line["reason"] for line in case.lines("failed.jsonl")} == {"http_500"}
    assert "http_500" in done.out
    assert all(server.asked[m] == 2 for m in lost)

    server.plan = lambda marker, attempt: None
    case.check(case.run())
    assert server.asked.total() == COUNT + 2 * FAULTY


def test_a_server_that_takes_fewer_at_once_gets_all_done(server, trial):
    """It refuses what is too much, as hosted endpoints do; the run adapts and no row fails."""

    async def refuses_a_crowd(exchange):
        if server.at_once > 2:
            await too_many(exchange)
        else:
            await exchange.send(exchange.good())

    server.plan = lambda marker, attempt: refuses_a_crowd
    case = trial(80)

    case.check(case.run("models.default.concurrency=24"))

    assert case.summary["calls"]["by_cause"].keys() == {"http_429"}


def test_everything_at_once(server, trial):
    """5 % 429, 2 % 500, 1 % reset, .5 % hang, drawn anew at every try."""
    faults = []

    async def hangs(exchange):
        await asyncio.Event().wait()

    def plan(marker, attempt):
        draw = int.from_bytes(hashlib.blake2b(f"7|{marker}|{attempt}".encode(), digest_size=8).digest(), "big") / 2**64
        for share, fault in ((0.05, too_many), (0.02, server_error), (0.01, reset), (0.005, hangs)):
            if draw < share:
                faults.append(fault.__name__)
                return fault
            draw -= share
        return None

    server.plan = plan
    case = trial(300)

    case.check(case.run("models.default.timeout=2", "models.default.concurrency=32"))

    assert set(faults) == {"too_many", "server_error", "reset", "hangs"}
    assert server.asked.total() == 300 + len(faults)
    assert case.summary["calls"]["retries"] == len(faults)


def test_calls_that_wait_for_their_next_try_hold_up_no_others(server, trial, concurrency):
    """As many as there are slots are told to come back later; the others are asked for meanwhile."""
    order = []

    async def later(exchange):
        await exchange.send(b"slow down", 429, [("Retry-After", "2")])

    def plan(marker, attempt):
        order.append((marker, attempt))
        return later if not attempt and int(marker[1:]) < 2 * concurrency else None

    server.plan = plan
    case = trial(80)

    case.check(case.run())

    first_again = next(place for place, (_, attempt) in enumerate(order) if attempt)
    assert first_again >= 4 * concurrency
    assert case.summary["calls"]["by_cause"] == {"http_429": 2 * concurrency}


def test_a_call_that_hangs_can_be_sent_a_second_time_beside_the_first(server, trial, every):
    """Long before its timeout: nothing fails, and nothing counts as a retry."""

    async def hangs(exchange):
        await asyncio.Event().wait()

    server.plan = every(10, hangs)
    case = trial(COUNT)

    case.check(case.run("models.default.timeout=80", "models.default.hedge_after=1"), again=COUNT)

    calls = case.summary["calls"]
    assert calls["hedged"] >= COUNT // 10
    assert (calls["sent"], calls["retries"]) == (COUNT, 0)
