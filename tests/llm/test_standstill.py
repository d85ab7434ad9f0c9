from __future__ import annotations

import pytest

from corpusmith.core.errors import FatalEndpointError, RetryableError
from corpusmith.llm.standstill import Standstill


class Watched:
    """A standstill on a clock of ours."""

    def __init__(self, *, patience=60.0, tries=5):
        self.now = 1000.0
        self.standstill = Standstill("http://h/v1", patience=patience, tries=tries, clock=lambda: self.now)

    def fails(self, times=1, every=0.0):
        for _ in range(times):
            self.now += every
            self.standstill.failed(RetryableError("it said 503", kind="http_503", status=503, body="so"))


def test_it_takes_both_the_time_and_the_number():
    watched = Watched()
    watched.fails(100)
    watched.now += 59.0
    watched.fails()
    watched.now += 1.0
    with pytest.raises(FatalEndpointError) as caught:
        watched.fails()
    error = caught.value
    assert (error.kind, error.status, error.body) == ("standstill", 503, "so")
    assert "http://h/v1 has given no usable reply for 60 s, to 102 tries in a row" in error.message
    assert "it said 503" in error.message

    watched = Watched()
    watched.fails(4, every=100.0)
    with pytest.raises(FatalEndpointError, match="to 5 tries"):
        watched.fails()


def test_one_reply_and_it_begins_anew():
    watched = Watched()
    watched.fails(50, every=1.0)
    watched.standstill.replied()
    watched.fails(50, every=1.0)
    watched.now += 100.0
    watched.standstill.replied()
    watched.fails()


def test_a_long_time_without_calls_is_no_failure():
    watched = Watched()
    watched.standstill.replied()
    watched.now += 10_000.0
    watched.fails(50)
