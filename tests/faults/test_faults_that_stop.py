"""Faults that no other call can escape: the run stops at once, says why in one line, and goes on when they are gone."""

from __future__ import annotations

import json

import pytest

COUNT = 80
FIRST_BAD = 40


def status(number, headers=()):
    async def fault(exchange):
        said = json.dumps({"error": {"message": f"refused: {exchange.key}"}}).encode()
        await exchange.send(said, number, headers)

    return fault


async def redirects_for_ever(exchange):
    await exchange.send(b"", 302, [("Location", "/v1/chat/completions")])


STOPPING = {
    "401": (status(401), ["answered 401", "the key was not accepted", "api_key_env"]),
    "403": (status(403), ["answered 403", "the key was not accepted", "api_key_env"]),
    "404": (status(404), ["answered 404", "'small'", "It serves: small, large."]),
    "redirect": (redirects_for_ever, ["answered 302", "redirects", "base_url"]),
}


@pytest.mark.parametrize("name", STOPPING)
@pytest.mark.parametrize("first_bad", [0, FIRST_BAD])
def test_what_cannot_be_helped_stops_the_run_at_once(name, first_bad, server, trial, concurrency):
    fault, said = STOPPING[name]
    server.plan = lambda marker, attempt: fault if int(marker[1:]) >= first_bad else None
    case = trial(COUNT)

    stopped = case.run_apart()

    assert stopped.code == 1
    assert all(part in stopped.error for part in said)
    case.check_quiet(stopped)
    assert case.summary["status"] == "failed"
    assert server.asked.total() <= first_bad + 2 * concurrency
    assert not (case.out / "dataset").exists()

    server.plan = lambda marker, attempt: None
    case.check(case.run(), again=concurrency)


def test_the_traceback_of_debug_shows_no_key(server, trial):
    server.plan = lambda marker, attempt: status(401)
    case = trial(10)
    stopped = case.run_apart(options=["--debug"])
    assert stopped.code == 1
    assert "Traceback" in stopped.err
    assert "[the key]" in stopped.err
    assert case.holding_the_key() == []


def test_a_server_that_was_never_there(server, trial):
    case = trial(10)
    stopped = case.run_apart("models.default.base_url=http://127.0.0.1:9/v1")
    assert stopped.code == 1
    assert "http://127.0.0.1:9/v1 cannot be reached" in stopped.error
    case.check_quiet(stopped)

    # Nothing was made: the folder takes the right address.
    case.check(case.run())


def test_a_server_that_goes_half_way_and_comes_back(server, trial, concurrency):
    async def leaves(exchange):
        await exchange.server.leave(back_in=0.5)

    server.plan = lambda marker, attempt: leaves if marker == "m00030" and not attempt else None
    case = trial(COUNT)

    case.check(case.run(), again=concurrency)

    assert case.summary["calls"]["by_cause"]["unreachable"] > 0
    assert case.summary["calls"]["sent"] == COUNT


def test_a_server_that_goes_half_way_for_good(server, trial, concurrency):
    """The run stops and says so; no row has failed for it, and the next session asks for what is missing only."""

    async def leaves(exchange):
        await exchange.server.leave()

    server.plan = lambda marker, attempt: leaves if marker == "m00030" and not attempt else None
    case = trial(COUNT)

    stopped = case.run_apart("models.default.patience=1", "models.default.retries=1")

    assert stopped.code == 1
    assert f"{server.url} has given no usable reply for" in stopped.error
    assert "the same command again" in stopped.error
    case.check_quiet(stopped)
    summary = case.summary
    assert summary["status"] == "failed"
    assert "no usable reply" in summary["reason"]
    assert summary["counts"]["failed"] == 0
    assert not (case.out / "dataset").exists()

    answered = server.answered.total()
    assert answered >= 30 - concurrency
    server.come_back()
    case.check(case.run(), again=concurrency)
    assert server.answered.total() <= COUNT + concurrency


@pytest.mark.parametrize("number", [429, 503])
def test_a_server_that_refuses_everything_from_then_on(number, server, trial, concurrency):
    """A quota that is used up, a gateway with nothing behind it: there is an answer, but never a usable one."""
    begun = []

    def plan(marker, attempt):
        begun.append(marker)
        return status(number) if len(begun) > 40 else None

    server.plan = plan
    case = trial(COUNT)

    stopped = case.run_apart("models.default.patience=1")

    assert stopped.code == 1
    assert "has given no usable reply for" in stopped.error
    assert f"answered {number}" in stopped.error
    case.check_quiet(stopped)
    assert case.summary["counts"]["failed"] == 0

    server.plan = lambda marker, attempt: None
    case.check(case.run(), again=concurrency)


def test_a_server_that_comes_back_in_time_costs_no_row(server, trial, concurrency):
    """However often it is asked in between: a server that is not there was asked for nothing."""

    async def leaves(exchange):
        await exchange.server.leave(back_in=3.0)

    server.plan = lambda marker, attempt: leaves if marker == "m00030" and not attempt else None
    case = trial(COUNT)

    case.check(case.run("models.default.retries=1"), again=concurrency)

    assert case.summary["calls"]["by_cause"]["unreachable"] > concurrency
