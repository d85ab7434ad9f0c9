"""Calls with the same beginning follow each other, and none waits for ever."""

import asyncio

import pytest

from corpusmith.llm.backends.prefix_queue import PATIENCE, PrefixQueue


async def order_of(queue, texts):
    """The order in which calls that wait behind a busy slot are let through."""
    order = []
    held = asyncio.Event()

    async def first():
        async with queue.hold("before all"):
            await held.wait()

    async def call(text):
        async with queue.hold(text):
            order.append(text)

    begun = asyncio.create_task(first())
    await asyncio.sleep(0)
    calls = [asyncio.create_task(call(text)) for text in texts]
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(begun, *calls)
    return order


async def test_calls_with_the_same_beginning_follow_each_other():
    asked = [f"passage {letter}: question {number}" for number in range(3) for letter in "xyz"]
    order = await order_of(PrefixQueue(1), asked)
    assert [text[8] for text in order] == ["x"] * 3 + ["y"] * 3 + ["z"] * 3
    assert sorted(order) == sorted(asked)


async def test_with_nothing_in_common_the_oldest_goes_first():
    assert await order_of(PrefixQueue(1), ["cherry", "apple", "date"]) == ["cherry", "apple", "date"]


async def test_nobody_is_overtaken_for_ever():
    asked = ["another thing", *(f"before all, number {number}" for number in range(20))]
    order = await order_of(PrefixQueue(1), asked)
    assert order.index("another thing") <= PATIENCE


async def test_as_many_at_a_time_as_there_are_slots():
    queue, busy, most = PrefixQueue(3), 0, 0

    async def call(number):
        nonlocal busy, most
        async with queue.hold(f"{number % 4} text {number}"):
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(0)
            busy -= 1

    await asyncio.gather(*(call(number) for number in range(40)))
    assert most == 3


async def test_a_call_given_up_takes_no_slot_and_leaves_none_taken():
    queue = PrefixQueue(1)
    async with queue.hold("one"):
        waiting = [asyncio.create_task(order_of(queue, [])) for _ in range(2)]
        given_up = asyncio.create_task(queue.hold("two").__aenter__())
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
    await asyncio.gather(*waiting)
    # Cancelled in the turn in which it got the slot: the slot goes on to the next.
    async with queue.hold("three"):
        late = asyncio.create_task(queue.hold("four").__aenter__())
        await asyncio.sleep(0)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    async with asyncio.timeout(5), queue.hold("five"):
        pass
