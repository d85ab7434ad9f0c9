from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusmith.core.errors import BudgetExhausted, RetryableError
from corpusmith.llm import Reply, Usage
from corpusmith.llm.backends.scripted import Rule, ScriptedBackend
from corpusmith.llm.budget import Budgeted, Meter, Price
from corpusmith.llm.limits import Limited
from corpusmith.llm.stats import CallStats


def costing(prompt, completion):
    """A backend whose calls all cost this many tokens."""
    return ScriptedBackend(lambda request: Reply(text="x", usage=Usage(prompt, completion)))


async def calls_until_stopped(meter, chat, backend, role="default", most=50):
    budgeted = Budgeted(backend, meter, role)
    for number in range(most):
        try:
            await budgeted.complete(chat(str(number)))
        except BudgetExhausted as error:
            return number, str(error)
    return most, ""


@pytest.mark.parametrize(
    ("cap", "allowed", "words"),
    [
        ({}, 50, ""),
        ({"calls": 7}, 7, "7 calls"),
        ({"calls": 0}, 0, "0 calls"),
        # A call may start while there is any room; the last one may go beyond it.
        ({"tokens": 100}, 4, "100 tokens (120 used)"),
        ({"usd": 0.01}, 4, "0.01 USD (0.0100 spent)"),
        ({"calls": 3, "tokens": 1000}, 3, "3 calls"),
    ],
)
async def test_a_cap_stops_before_the_next_call(chat, cap, allowed, words):
    meter = Meter(CallStats(), prices={"default": Price(prompt=50.0, completion=100.0)}, **cap)
    number, said = await calls_until_stopped(meter, chat, costing(10, 20))
    assert number == allowed
    assert words in said
    assert ("--budget" in said) == bool(words)
    assert BudgetExhausted.exit_code == 4
    assert meter.used() == (allowed, 10 * allowed, 20 * allowed)


async def test_the_cap_is_on_the_whole_run(chat):
    before = {"default": [5, 100, 50], "judge": [2, 10, 10]}
    meter = Meter(CallStats(), calls=10, before=before)
    assert meter.used() == (7, 110, 60)
    number, _ = await calls_until_stopped(meter, chat, costing(1, 1))
    assert number == 3
    meter = Meter(CallStats(), tokens=170, before=before)
    assert meter.exhausted() == "170 tokens (170 used)"
    prices = {"default": Price(1.0, 2.0), "judge": Price(10.0, 20.0)}
    assert Meter(CallStats(), before=before, prices=prices).cost() == pytest.approx(
        (100 * 1 + 50 * 2 + 10 * 10 + 10 * 20) / 1e6
    )


async def test_cost_is_unknown_as_soon_as_a_role_without_price_was_used(chat):
    meter = Meter(CallStats(), usd=1e-9, prices={"default": Price(0.15, 0.6)})
    assert meter.cost() == 0.0
    await Budgeted(costing(1000, 100), meter, "default").complete(chat())
    assert meter.cost() == pytest.approx((1000 * 0.15 + 100 * 0.6) / 1e6)
    assert meter.exhausted() is not None
    meter.stats.add_usage("judge", 1, 1)
    assert meter.cost() is None
    # Unknown is not zero, but it is no number to stop at either.
    assert meter.exhausted() is None
    assert Meter(CallStats(), before={"target": [1, 1, 1]}).cost() is None


async def test_a_call_that_fails_is_counted_as_sent_and_costs_no_tokens(chat):
    meter = Meter(CallStats(), calls=2)
    budgeted = Budgeted(ScriptedBackend([Rule(error=500)]), meter, "default")
    for _ in range(2):
        with pytest.raises(RetryableError):
            await budgeted.complete(chat())
    with pytest.raises(BudgetExhausted):
        await budgeted.complete(chat())
    assert meter.used() == (2, 0, 0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30))
def test_tokens_add_up_over_roles(entries):
    stats = CallStats()
    for role, prompt, completion in entries:
        stats.add_usage(role, prompt, completion)
    prices = {"a": Price(1, 2), "b": Price(3, 4), "c": Price(0, 0)}
    meter = Meter(stats, prices=prices)
    assert meter.used() == (0, sum(e[1] for e in entries), sum(e[2] for e in entries))
    assert sum(sum(pair) for pair in stats.by_role_tokens.values()) == sum(meter.used())
    expected = sum(e[1] * prices[e[0]].prompt + e[2] * prices[e[0]].completion for e in entries) / 1e6
    assert meter.cost() == pytest.approx(expected)


async def test_a_call_that_is_given_up_counts_as_never_sent(chat, held_backend):
    stats = CallStats()
    held = held_backend()
    budgeted = Budgeted(held, Meter(stats, calls=2), "default")
    call = asyncio.create_task(budgeted.complete(chat("one")))
    await asyncio.sleep(0)
    assert stats.sent == 1
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert stats.sent == 0


async def test_a_call_that_waited_while_the_budget_ran_out_is_not_sent(chat, held_backend):
    """It is counted already, so that a cap on calls lets it pass; tokens that are gone do not."""
    meter = Meter(CallStats(), calls=2, tokens=100)
    held = held_backend()
    limited = Limited(held, meter.stats, concurrency=1, may_send=lambda: meter.require_room(counted=True))
    budgeted = Budgeted(limited, meter, "default")
    calls = [asyncio.create_task(budgeted.complete(chat(str(n)))) for n in range(2)]
    await asyncio.sleep(0)
    assert (held.in_flight, meter.stats.sent) == (1, 2)
    meter.stats.add_usage("default", 60, 60)
    held.release()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(e) for e in ended] == [Reply, BudgetExhausted]
    assert (len(held.asked), meter.stats.sent) == (1, 1)
