from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusmith.core.errors import RetryableError, RunFolderError
from corpusmith.llm import Reply, Usage
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.limits import Limited
from corpusmith.llm.stats import CallStats


class Clock:
    """A clock that only moves when somebody sleeps by it."""

    def __init__(self):
        self.now = 100.0
        self.sleeps = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.sleeps.append(round(seconds, 6))
        self.now += seconds


async def turns(number=3):
    for _ in range(number):
        await asyncio.sleep(0)


async def test_calls_beyond_the_limit_wait_and_go_first_come_first_served(chat, held_backend):
    held, stats = held_backend(), CallStats()
    limited = Limited(held, stats, concurrency=2)
    calls = [asyncio.create_task(limited.complete(chat(str(n)))) for n in range(7)]
    for done in range(7):
        await turns()
        assert held.in_flight == stats.in_flight == min(2, 7 - done)
        held.release()
    await asyncio.gather(*calls)
    assert [r.messages[0]["content"] for r in held.asked] == [str(n) for n in range(7)]
    assert held.most_in_flight == 2
    assert stats.in_flight == 0


async def test_a_late_call_does_not_overtake_those_that_wait(chat, held_backend):
    held = held_backend()
    limited = Limited(held, CallStats(), concurrency=1)
    calls = [asyncio.create_task(limited.complete(chat(str(n)))) for n in range(2)]
    await turns()
    held.release()
    # The slot is being handed on at this moment.
    await asyncio.sleep(0)
    calls.append(asyncio.create_task(limited.complete(chat("late"))))
    for _ in range(2):
        await turns()
        held.release()
    await asyncio.gather(*calls)
    assert [r.messages[0]["content"] for r in held.asked] == ["0", "1", "late"]


@settings(max_examples=60)
@given(
    concurrency=st.integers(1, 4),
    steps=st.lists(st.tuples(st.sampled_from("+++x.e"), st.integers(0, 30)), max_size=60),
)
def test_whatever_is_cancelled_or_fails_no_slot_is_lost(concurrency, steps, held_backend, chat):
    """Calls come (+), are given up (x), end (.) and fail (e) in any order."""

    async def play():
        held = held_backend()
        limited = Limited(held, CallStats(), concurrency=concurrency)
        calls = []
        for step, which in steps:
            if step == "+":
                calls.append(asyncio.create_task(limited.complete(chat(str(len(calls))))))
            elif step == "x" and calls:
                calls[which % len(calls)].cancel()
            elif held.in_flight and step in ".e":
                held.release(None if step == "." else ConnectionError("lost"))
            await turns(which % 4)
            assert held.in_flight <= concurrency
        await turns()
        while not all(call.done() for call in calls):
            held.release()
            await turns()
        assert held.most_in_flight <= concurrency
        assert held.in_flight == 0

        # All the slots are there, and no more than these.
        more = [asyncio.create_task(limited.complete(chat("more"))) for _ in range(concurrency + 1)]
        await turns()
        assert held.in_flight == concurrency
        for _ in more:
            held.release()
            await turns()
        await asyncio.gather(*more)
        await asyncio.gather(*calls, return_exceptions=True)

    asyncio.run(play())


async def test_a_call_given_up_in_the_moment_of_its_turn_hands_the_slot_on(chat, held_backend):
    held = held_backend()
    limited = Limited(held, CallStats(), concurrency=1)
    first, second, third = [asyncio.create_task(limited.complete(chat(str(n)))) for n in range(3)]
    await turns()
    held.release()
    while not first.done():
        await asyncio.sleep(0)
        if held.in_flight == 0:
            second.cancel()
    await turns()
    assert [r.messages[0]["content"] for r in held.asked] == ["0", "2"]
    held.release()
    await third
    assert second.cancelled()


async def test_requests_a_minute(chat):
    clock = Clock()
    limited = Limited(
        ScriptedBackend(), CallStats(), concurrency=4, requests_per_minute=120, clock=clock, sleep=clock.sleep
    )
    for _ in range(4):
        await limited.complete(chat())
    assert clock.sleeps == [0.5, 0.5, 0.5]
    clock.now += 10
    await limited.complete(chat())
    await limited.complete(chat())
    # Time that was not used is not saved up.
    assert clock.sleeps == [0.5] * 4


async def test_tokens_a_minute(chat):
    clock = Clock()
    inner = ScriptedBackend(lambda request: Reply(text="x", usage=Usage(10, 20)))
    limited = Limited(inner, CallStats(), concurrency=4, tokens_per_minute=600, clock=clock, sleep=clock.sleep)
    for _ in range(3):
        await limited.complete(chat())
    assert clock.sleeps == [3.0, 3.0]


async def test_a_call_given_up_while_it_is_paced_gives_its_slot_back(chat, held_backend):
    clock, forever = Clock(), asyncio.Event()

    async def sleep(seconds):
        await forever.wait()

    stats = CallStats()
    limited = Limited(ScriptedBackend(), stats, concurrency=1, requests_per_minute=1, clock=clock, sleep=sleep)
    await limited.complete(chat())
    paced = asyncio.create_task(limited.complete(chat()))
    await turns()
    assert stats.in_flight == 1
    paced.cancel()
    await turns()
    assert stats.in_flight == 0
    clock.now += 600
    await limited.complete(chat())


def refused():
    return RetryableError("slow down", kind="http_429", status=429)


async def test_a_limit_that_was_lowered_holds_and_rises_again(chat, held_backend):
    """It refuses all that it is given at first: what it works on is nothing, so it is given one at a time."""
    held, clock = held_backend(), Clock()
    limited = Limited(held, CallStats(), concurrency=8, clock=clock)
    calls = [asyncio.create_task(limited.complete(chat(str(n)))) for n in range(600)]
    await turns()
    most = held.in_flight
    while not all(call.done() for call in calls):
        clock.now += 1.0
        held.release(refused() if sum(call.done() for call in calls) < 40 else None)
        await turns()
        assert held.in_flight <= max(limited.limit, most - 1)
        most = held.in_flight
        if sum(call.done() for call in calls) == 40:
            assert (limited.limit, held.in_flight) == (1, 1)
    assert limited.limit == 8
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(e, Reply) for e in ended) == 600 - 40


async def test_other_errors_do_not_lower_the_limit(chat):
    def fail(request):
        raise RetryableError("broken", kind="http_500", status=500)

    limited = Limited(ScriptedBackend(fail), CallStats(), concurrency=16)
    for _ in range(200):
        with pytest.raises(RetryableError):
            await limited.complete(chat())
    assert limited.limit == 16


@pytest.mark.parametrize("limits", [{}, {"requests_per_minute": None, "tokens_per_minute": None}])
async def test_without_rates_nothing_is_paced(chat, limits):
    clock = Clock()
    limited = Limited(ScriptedBackend(), CallStats(), concurrency=2, clock=clock, sleep=clock.sleep, **limits)
    for _ in range(5):
        await limited.complete(chat())
    assert clock.sleeps == []


async def test_a_call_that_waited_for_its_slot_is_not_sent_when_nothing_may_be_sent_any_more(chat, held_backend):
    full = False

    def may_send():
        if full:
            message = "the disk is full"
            raise RunFolderError(message)

    held, stats = held_backend(), CallStats()
    limited = Limited(held, stats, concurrency=2, may_send=may_send)
    calls = [asyncio.create_task(limited.complete(chat(str(n)))) for n in range(5)]
    await turns()
    assert held.in_flight == 2
    full = True
    for _ in range(2):
        held.release()
        await turns()
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(e) for e in ended] == [Reply, Reply, RunFolderError, RunFolderError, RunFolderError]
    assert len(held.asked) == 2
    assert stats.in_flight == 0
