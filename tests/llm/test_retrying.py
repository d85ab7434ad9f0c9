from __future__ import annotations

import pytest

from corpusmith.core.errors import EndpointError, FatalEndpointError, RetryableError
from corpusmith.llm.backends.scripted import ScriptedBackend
from corpusmith.llm.retrying import FIRST_DELAY, LONGEST_DELAY, LONGEST_RETRY_AFTER, Retrying
from corpusmith.llm.standstill import Standstill
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


def retrying(inner, *, retries, stats=None, waits=None, patience=float("inf")):
    """A clock that moves with the waiting only."""
    waits = Waits() if waits is None else waits
    standstill = Standstill("e", patience=patience, tries=3, clock=lambda: sum(waits.seconds))
    return Retrying(inner, stats or CallStats(), retries=retries, standstill=standstill, sleep=waits)


def overloaded(retry_after=None, kind="http_429"):
    return RetryableError("slow down", kind=kind, status=429, retry_after=retry_after)


async def test_it_asks_again_until_there_is_a_reply(chat):
    stats, waits = CallStats(), Waits()
    inner = failing(overloaded(), overloaded(kind="timeout"), overloaded())
    reply = await retrying(inner, stats=stats, retries=3, waits=waits).complete(chat())
    assert reply.text == "at last"
    assert len(inner.asked) == 4
    assert stats.retries == len(waits.seconds) == 3
    assert stats.by_cause == {"http_429": 2, "timeout": 1}


async def test_it_gives_up_with_the_last_error(chat):
    stats, waits = CallStats(), Waits()
    last = overloaded(kind="reset")
    inner = failing(overloaded(), overloaded(), last, overloaded())
    with pytest.raises(RetryableError) as caught:
        await retrying(inner, stats=stats, retries=2, waits=waits).complete(chat())
    assert caught.value is last
    assert (len(inner.asked), stats.retries, len(waits.seconds)) == (3, 2, 2)
    assert stats.by_cause == {"http_429": 2, "reset": 1}


async def test_no_retries_is_one_try(chat):
    inner = failing(overloaded())
    with pytest.raises(RetryableError):
        await retrying(inner, retries=0).complete(chat())
    assert len(inner.asked) == 1


@pytest.mark.parametrize(
    "error", [EndpointError("bad", kind="http_400", status=400), FatalEndpointError("who?", kind="http_401")]
)
async def test_what_does_not_pass_is_not_asked_again(chat, error):
    stats, waits = CallStats(), Waits()
    inner = failing(error)
    with pytest.raises(EndpointError) as caught:
        await retrying(inner, stats=stats, retries=5, waits=waits).complete(chat())
    assert caught.value is error
    assert (len(inner.asked), waits.seconds, stats.retries) == (1, [], 0)


async def test_retry_after_is_honoured_up_to_a_limit(chat):
    waits = Waits()
    inner = failing(overloaded(7.0), overloaded(0.0), overloaded(1e9), overloaded(float("inf")))
    await retrying(inner, retries=4, waits=waits).complete(chat())
    assert 7.0 <= waits.seconds[0] <= 7.7
    # Refused a second time it waits a little of its own accord, even where the server says "now".
    assert 0.0 < waits.seconds[1] <= 2 * FIRST_DELAY
    for seconds in waits.seconds[2:]:
        assert LONGEST_RETRY_AFTER <= seconds <= 1.1 * LONGEST_RETRY_AFTER


async def test_delays_are_spread_below_a_bound_that_doubles(chat):
    longest = [0.0] * 12
    for _ in range(60):
        waits = Waits()
        await retrying(failing(*[overloaded()] * 12), retries=12, waits=waits).complete(chat())
        for i, seconds in enumerate(waits.seconds):
            bound = min(LONGEST_DELAY, FIRST_DELAY * 2**i)
            assert 0 <= seconds <= bound
            longest[i] = max(longest[i], seconds / bound)
    # Full jitter: over sixty calls, every delay comes near its bound at least once.
    assert min(longest) > 0.5


async def test_very_many_retries(chat):
    waits = Waits()
    await retrying(failing(*[overloaded()] * 1100), retries=1100, waits=waits).complete(chat())
    assert max(waits.seconds) <= LONGEST_DELAY


def away():
    return RetryableError("nobody there", kind="unreachable")


async def test_a_server_that_is_away_is_waited_for_and_uses_up_no_retries(chat):
    stats, waits = CallStats(), Waits()
    inner = failing(*[away()] * 40, overloaded())
    assert (await retrying(inner, stats=stats, retries=1, waits=waits).complete(chat())).text == "at last"
    assert stats.by_cause == {"unreachable": 40, "http_429": 1}
    assert max(waits.seconds[:40]) <= 8.0


async def test_a_server_that_is_away_for_too_long_stops_the_run(chat):
    waits = Waits()
    inner = failing(*[away()] * 1000)
    with pytest.raises(FatalEndpointError) as caught:
        await retrying(inner, retries=1, waits=waits, patience=60.0).complete(chat())
    assert caught.value.kind == "standstill"
    assert 60.0 <= sum(waits.seconds) <= 68.0
    assert "nobody there" in caught.value.message
    assert "goes on from here" in caught.value.hint


async def test_calls_that_wait_are_counted(chat):
    stats, seen = CallStats(), []

    async def sleep(seconds):
        seen.append(stats.waiting)

    standstill = Standstill("e", patience=9.0, tries=9)
    backend = Retrying(failing(overloaded()), stats, retries=3, standstill=standstill, sleep=sleep)
    await backend.complete(chat())
    assert seen == [1]
    assert stats.waiting == 0
