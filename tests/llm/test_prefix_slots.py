"""Slots of the embedded model: whoever is given up while others are, gets no slot, and none is lost."""

from __future__ import annotations

import asyncio

from corpusmith.llm.backends.llamacpp_slots import PrefixSlots


async def test_calls_that_are_given_up_together_end_as_cancelled_and_the_slots_are_free_again():
    slots = PrefixSlots(2)

    async def call(text: str) -> None:
        async with slots.hold(text):
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(call(f"prompt {n}")) for n in range(8)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in ended] == [asyncio.CancelledError] * 8

    async with slots.hold("one"), slots.hold("other"):
        pass
