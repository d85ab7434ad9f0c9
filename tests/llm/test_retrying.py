from __future__ import annotations

import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, RetryableError
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.retrying import FIRST_DELAY, LONGEST_DELAY, LONGEST_RETRY_AFTER, Retrying
from corpusmith.llm.stats import CallStats


class Waits:
    """Stands for sleep: notes the seconds and returns at once."""

    def __init__(self):
        self.seconds = []

    async def __call__(self, seconds):
        self.seconds.append(seconds)


def failing(*errors):
    """A backend that raises these, one a call, and then answers."""
    left = list(errors)

    def answer(request):
        if left:
            raise left.pop(0)
        return "at last"

    return ScriptedBackend(answer)


def overloaded(retry_after=None, kind="http_429"):
    return RetryableError("slow down", kind=kind, status=429, retry_after=retry_after)


async def test_it_asks_again_until_there_is_a_reply(chat):
    stats, waits = CallStats(), Waits()
    inner = failing(overloaded(), overloaded(kind="timeout"), overloaded())
    reply = await Retrying(inner, stats, retries=3, sleep=waits).complete(chat())
    assert reply.text == "at last"
    assert len(inner.asked) == 4
    assert stats.retries == len(waits.seconds) == 3
    assert stats.by_cause == {"http_429": 2, "timeout": 1}


async def test_it_gives_up_with_the_last_error(chat):
    stats, waits = CallStats(), Waits()
    last = overloaded(kind="reset")
    inner = failing(overloaded(), overloaded(), last, overloaded())
    with pytest.raises(RetryableError) as caught:
        await Retrying(inner, stats, retries=2, sleep=waits).complete(chat())
    assert caught.value is last
    assert (len(inner.asked), stats.retries, len(waits.seconds)) == (3, 2, 2)
    assert stats.by_cause == {"http_429": 2, "reset": 1}


async def test_no_retries_is_one_try(chat):
    inner = failing(overloaded())
    with pytest.raises(RetryableError):
        await Retrying(inner, CallStats(), retries=0, sleep=Waits()).complete(chat())
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "error", [EndpointError("bad", kind="http_400", status=400), FatalEndpointError("who?", kind="http_401")]
)
async def test_what_does_not_pass_is_not_asked_again(chat, error):
    stats, waits = CallStats(), Waits()
    inner = failing(error)
    with pytest.raises(EndpointError) as caught:
        await Retrying(inner, stats, retries=5, sleep=waits).complete(chat())
    assert caught.value is error
    assert (len(inner.asked), waits.seconds, stats.retries) == (1, [], 0)


async def test_retry_after_is_honoured_up_to_a_limit(chat):
    waits = Waits()
    inner = failing(overloaded(7.0), overloaded(0.0), overloaded(1e9), overloaded(float("inf")))
    await Retrying(inner, CallStats(), retries=4, sleep=waits).complete(chat())
    assert 7.0 <= waits.seconds[0] <= 7.7
    # Refused a second time it waits a little of its own accord, even where the server says "now".
    assert 0.0 < waits.seconds[1] <= 2 * FIRST_DELAY
    for seconds in waits.seconds[2:]:
        assert LONGEST_RETRY_AFTER <= seconds <= 1.1 * LONGEST_RETRY_AFTER


async def test_delays_are_spread_below_a_bound_that_doubles(chat):
    longest = [0.0] * 12
    for _ in range(60):
        waits = Waits()
        await Retrying(failing(*[overloaded()] * 12), CallStats(), retries=12, sleep=waits).complete(chat())
        for i, seconds in enumerate(waits.seconds):
            bound = min(LONGEST_DELAY, FIRST_DELAY * 2**i)
            assert 0 <= seconds <= bound
            longest[i] = max(longest[i], seconds / bound)
    # Full jitter: over sixty calls, every delay comes near its bound at least once.
    assert min(longest) > 0.5


async def test_very_many_retries(chat):
    waits = Waits()
    await Retrying(failing(*[overloaded()] * 1100), CallStats(), retries=1100, sleep=waits).complete(chat())
    assert max(waits.seconds) <= LONGEST_DELAY
