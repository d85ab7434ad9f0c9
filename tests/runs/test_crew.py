"""Workers come and go; the first that fails is told, the rest can be dismissed."""

from __future__ import annotations

import asyncio

import pytest

from corpusmith.runs.crew import Crew


async def test_it_grows_and_is_gone_when_the_last_one_has_left():
    go = asyncio.Event()
    crew = Crew(go.wait)
    crew.grow(3)
    crew.grow(2)
    assert crew.size == 3
    crew.grow(5)
    assert crew.size == 5
    assert not await crew.gone(0.001)
    go.set()
    assert await crew.gone()
    assert crew.size == 0


@pytest.mark.parametrize("error", [ValueError("bad"), TimeoutError("late")])
async def test_the_first_error_is_told_while_the_others_are_at_work(error):
    begun = []

    async def work():
        begun.append(None)
        if len(begun) == 2:
            raise error
        await asyncio.Event().wait()

    crew = Crew(work)
    crew.grow(4)
    with pytest.raises(type(error)) as caught:
        await crew.gone(60)
    assert caught.value is error
    assert crew.size == 3
    await crew.dismiss()
    assert crew.size == 0


async def test_dismissing_nobody_is_harmless():
    await Crew(asyncio.Event().wait).dismiss()
