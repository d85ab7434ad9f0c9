"""Standstill: an endpoint that gives no usable reply any more stops the run, instead of failing row after row."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..core.errors import FatalEndpointError, RetryableError


class Standstill:
    """Told how every try went, it raises once nothing but failures came for long enough.

    So a server that restarts is waited for, and one that is gone for good (or a quota that is used up) ends the run
    before every remaining row has used up its retries.
    """

    def __init__(
        self, endpoint: str, *, patience: float, tries: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin; the time counts from the first failure after a reply.

        Args:
            endpoint: its name in the message.
            patience: seconds without one reply.
            tries: failures in a row, over all calls, that it takes as well.
            clock: gives seconds and only moves forward.
        """
        self._endpoint = endpoint
        self._patience = patience
        self._tries = tries
        self._clock = clock
        self._failures = 0
        self._since = 0.0

    def replied(self) -> None:
        """A usable reply came."""
        self._failures = 0

    def failed(self, error: RetryableError) -> None:
        """A try failed in a way that passes, or should.

        Raises:
            FatalEndpointError: kind standstill: that has been so for too long.
        """
        now = self._clock()
        if not self._failures:
            self._since = now
        self._failures += 1
        seconds = now - self._since
        if self._failures >= self._tries and seconds >= self._patience:
            message = (
                f"{self._endpoint} has given no usable reply for {seconds:.0f} s, to {self._failures} tries in a row; "
                f"the last one: {error.message}"
            )
            hint = "See to the endpoint and run the same command again: it goes on from here."
            raise FatalEndpointError(
                message, kind="standstill", status=error.status, body=error.body, hint=hint
            ) from None
