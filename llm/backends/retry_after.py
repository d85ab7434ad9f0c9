"""The Retry-After header: seconds, or a date by the server's clock."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime


def retry_after(value: str | None, said_at: str | None = None) -> float | None:
    """The seconds that a Retry-After header asks to wait; None if it says nothing that can be understood.

    Args:
        value: seconds, or a date.
        said_at: the response's own Date, from which a date is counted: the server's clock and ours may differ.
    """
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    until = _timestamp(value)
    if until is None:
        return None
    now = _timestamp(said_at) if said_at else None
    return max(0.0, until - (time.time() if now is None else now))


def _timestamp(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
