"""Back-pressure against endpoints that are played: what they take, how long it takes them, and what comes of it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from corpusmith.llm.pressure import SAMPLE, Pressure

RETRIES = 8

Endpoint = Callable[[float], float | None]
"""Moment -> seconds that the answer takes; None: refused."""


@dataclass
class Played:
    """Calls on an endpoint, at a clock that jumps from event to event; refused ones are tried again."""

    endpoint: Endpoint
    ceiling: int
    long: float = float("inf")
    refusal_s: float = 0.005
    retry_after: float = 1.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    now: float = 0.0
    done: int = 0
    failed: int = 0
    refusals: int = 0
    limits: list[int] = field(default_factory=list)

    def run(self, calls: int) -> Played:
        pressure = Pressure(self.ceiling, long=self.long)
        events: list[tuple[float, int, int | None, bool, int]] = []
        left, busy, waiting, ready, order = calls, 0, 0, [], 0
        while left or ready or events:
            while busy < pressure.limit and (ready or (left and busy + waiting + len(ready) < 4 * self.ceiling)):
                tries = ready.pop(0) if ready else 0
                left -= tries == 0
                busy, order = busy + 1, order + 1
                seconds = self.endpoint(self.now)
                number = pressure.begin(self.now)
                ends = self.now + (self.refusal_s if seconds is None else seconds)
                heapq.heappush(events, (ends, order, number, seconds is None, tries + 1))
            self.now, _, number, refused, tries = heapq.heappop(events)
            if number is None:
                waiting -= 1
                ready.append(tries)
                continue
            busy -= 1
            pressure.end(number, refused, self.now)
            self.limits.append(pressure.limit)
            self.refusals += refused
            if not refused:
                self.done += 1
            elif tries > RETRIES:
                self.failed += 1
            else:
                waiting, order = waiting + 1, order + 1
                again = self.now + self.retry_after + self.chance.random() * min(2.0, 2.0**tries / 2)
                heapq.heappush(events, (again, order, None, False, tries))
        assert self.done + self.failed == calls
        return self


def at_a_time(most: int, seconds: float) -> Endpoint:
    """Works on so many, refuses the others."""
    at_work: list[float] = []

    def answer(now):
        while at_work and at_work[0] <= now:
            heapq.heappop(at_work)
        if len(at_work) >= most:
            return None
        heapq.heappush(at_work, now + seconds)
        return seconds

    return answer


def a_second(rate: float, seconds: float) -> Endpoint:
    """Takes so many a second, refuses the others."""
    there, since = rate, 0.0

    def answer(now):
        nonlocal there, since
        there, since = min(rate, there + (now - since) * rate), now
        if there < 1:
            return None
        there -= 1
        return seconds

    return answer


def by_lot(share: float, seconds: float) -> Endpoint:
    """Refuses this share of whatever comes."""
    chance = random.Random(3)
    return lambda now: None if chance.random() < share else seconds


def queueing(rate: float) -> Endpoint:
    """Takes everything, and works it off one after the other."""
    free = 0.0

    def answer(now):
        nonlocal free
        free = max(free, now) + 1 / rate
        return free - now

    return answer


@pytest.mark.parametrize(("seconds", "refusal_s"), [(0.2, 0.005), (0.2, 0.1), (10.0, 0.1), (60.0, 0.005)])
@pytest.mark.parametrize(("most", "ceiling"), [(16, 256), (64, 256), (2, 24), (1, 8)])
def test_an_endpoint_that_takes_so_many_at_a_time_is_kept_busy_and_not_run_down(most, ceiling, seconds, refusal_s):
    calls = 40 * most
    played = Played(at_a_time(most, seconds), ceiling, refusal_s=refusal_s).run(calls)
    assert played.failed == 0
    ideal = calls * seconds / most
    # The last few come late: refused again and again, they wait.
    assert played.now <= 1.15 * ideal + 8
    late = played.limits[len(played.limits) // 2 :]
    assert 0.8 * most <= sum(late) / len(late) <= 1.5 * most + 1


@pytest.mark.parametrize("rate", [10, 100])
def test_an_endpoint_that_takes_so_many_a_second_gets_so_many(rate):
    played = Played(a_second(rate, 0.2), 256).run(60 * rate)
    assert played.failed == 0
    assert played.now <= 1.15 * 60


@pytest.mark.parametrize(("seconds", "refusal_s"), [(0.2, 0.005), (0.2, 0.15), (10.0, 0.1)])
@pytest.mark.parametrize("share", [0.05, 0.3])
def test_an_endpoint_that_draws_lots_is_given_no_less(share, seconds, refusal_s):
    played = Played(by_lot(share, seconds), 256, refusal_s=refusal_s).run(10_000)
    while_busy = played.limits[: len(played.limits) // 2]
    assert sum(while_busy) / len(while_busy) >= 0.9 * 256
    assert played.now <= 1.1 * 10_000 * (seconds + share * refusal_s) / 256 + 8 * 5


def test_an_endpoint_that_answers_late_is_given_less():
    """All 256 at once would take 128 s each, and be given up at 60 s."""
    played = Played(queueing(2.0), 256, long=30.0).run(600)
    late = played.limits[len(played.limits) // 2 :]
    assert sum(late) / len(late) <= 128


def test_answers_that_always_take_long_are_not_late():
    played = Played(lambda now: 50.0, 32, long=30.0).run(1000)
    assert set(played.limits) == {32}


def test_a_model_that_becomes_slower_by_itself_is_not_starved():
    """Fewer calls do not make it quicker: after one try that is its usual time."""
    played = Played(lambda now: 20.0 if now < 500 else 100.0, 32, long=30.0).run(3000)
    assert played.limits[-1] == 32
    assert min(played.limits) == 16


def test_without_refusals_the_limit_stays_at_the_ceiling():
    played = Played(lambda now: 0.2, 8).run(10 * SAMPLE)
    assert set(played.limits) == {8}
    assert played.refusals == 0


def test_an_endpoint_that_is_free_again_is_given_all_of_it_again():
    endpoint = at_a_time(4, 1.0)
    played = Played(lambda now: endpoint(now) if now < 60 else 1.0, 128).run(3000)
    assert min(played.limits) <= 5
    assert played.limits[-1] == 128
