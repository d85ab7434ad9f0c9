"""One line of the table."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One figure."""

    what: str
    goal: str
    found: str
    met: bool
