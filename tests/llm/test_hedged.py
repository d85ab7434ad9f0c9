from __future__ import annotations

import asyncio

import pytest

from corpusmith.core.errors import RetryableError
from corpusmith.llm.hedged import Hedged
from corpusmith.llm.limits import Limited
from corpusmith.llm.stats import CallStats

NEVER = 600.0


async def until(held, in_flight):
    async with asyncio.timeout(60):
        while held.in_flight != in_flight:
            await asyncio.sleep(0.001)


async def test_a_quick_reply_is_all_there_is(chat, held_backend):
    held, stats = held_backend(), CallStats()
    call = asyncio.create_task(Hedged(held, stats, after=NEVER).complete(chat()))
    await until(held, 1)
    held.release()
    assert (await call).text == "said"
    assert (len(held.asked), stats.hedged) == (1, 0)


async def test_a_slow_call_is_sent_again_and_the_first_reply_counts(chat, held_backend):
    held, stats = held_backend(), CallStats()
    call = asyncio.create_task(Hedged(held, stats, after=0.001).complete(chat()))
    await until(held, 2)
    held.release()
    assert (await call).text == "said"
    # The other one is given up, and its slot is free.
    assert held.in_flight == 0
    assert (len(held.asked), stats.hedged) == (2, 1)


async def test_one_of_two_may_fail(chat, held_backend):
    held, stats = held_backend(), CallStats()
    call = asyncio.create_task(Hedged(held, stats, after=0.001).complete(chat()))
    await until(held, 2)
    held.release(RetryableError("gone", kind="reset"))
    await until(held, 1)
    assert not call.done()
    held.release()
    assert (await call).text == "said"


async def test_both_may_fail(chat, held_backend):
    held = held_backend()
    call = asyncio.create_task(Hedged(held, CallStats(), after=0.001).complete(chat()))
    await until(held, 2)
    held.release(RetryableError("first", kind="reset"))
    held.release(RetryableError("second", kind="reset"))
    with pytest.raises(RetryableError):
        await call


async def test_a_call_that_fails_at_once_is_not_sent_again(chat, held_backend):
    held, stats = held_backend(), CallStats()
    call = asyncio.create_task(Hedged(held, stats, after=NEVER).complete(chat()))
    await until(held, 1)
    held.release(RetryableError("gone", kind="reset"))
    with pytest.raises(RetryableError):
        await call
    assert stats.hedged == 0


async def test_the_second_one_waits_for_a_slot_like_any_other_and_both_are_given_up_together(chat, held_backend):
    held, stats = held_backend(), CallStats()
    hedged = Hedged(Limited(held, stats, concurrency=1), stats, after=0.001)
    call = asyncio.create_task(hedged.complete(chat()))
    async with asyncio.timeout(60):
        while not stats.hedged:
            await asyncio.sleep(0.001)
    assert held.in_flight == 1
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (held.in_flight, stats.in_flight) == (0, 0)
