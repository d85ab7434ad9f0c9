"""A budget stops the run within the calls in flight, whatever the server does; with more, it goes on."""

from __future__ import annotations

import json

import pytest

COUNT = 80
TOKENS = 16
"""Of one answer: see `Exchange.completion`."""


async def refuses(exchange):
    said = json.dumps({"error": {"message": "slow down"}}).encode()
    await exchange.send(said, 429, [("Retry-After", "0.2")])


@pytest.mark.parametrize("faulty", [False, True])
@pytest.mark.parametrize(("budget", "answers"), [("20-calls", 20), (f"{30 * TOKENS}-tokens", 30), ("0.5USD", 25)])
def test_it_stops_within_the_calls_in_flight_and_goes_on(budget, answers, faulty, server, trial, every, concurrency):
    """Also where every other call is refused at first, so that many more are begun than are in flight."""
    server.plan = every(2, refuses) if faulty else server.plan
    case = trial(COUNT)
    # 25 answers of 9 and 7 tokens for half a dollar.
    prices = ["prices.default.prompt=0", f"prices.default.completion={0.5 / 25 / 7 * 1e6}"]

    stopped = case.run(f"budget={budget}", *prices)

    assert stopped.code == 4
    assert answers <= server.answered.total() <= answers + (0 if "calls" in budget else concurrency)
    assert case.summary["status"] == "partial"
    assert f"the budget of {budget.split('-')[0].replace('USD', '')}" in case.summary["reason"]
    assert case.summary["calls"]["of_the_whole_run"] == server.answered.total()
    case.check_quiet(stopped)
    counts = case.summary["counts"]
    assert counts["kept"] == counts["candidates"] == server.answered.total()

    again = case.run(f"budget={budget}", *prices)
    assert again.code == 4
    assert case.summary["calls"]["sent"] == 0

    case.check(case.run("budget=1000-calls", *prices))
    assert case.summary["calls"]["of_the_whole_run"] == COUNT
