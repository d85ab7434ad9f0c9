"""What a check said of a row, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["pass", "flag", "fail", "error"]
"""pass: nothing found. flag: found, only noted. fail: found, and a gate acts on it. error: could not be judged."""

Decision = Literal["keep", "drop", "review"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's word on one row.

    `value` and `evidence` come from the check, `bar` and `outcome` from the gate, so that a gate can be moved
    without computing anything again.
    """

    row: int
    """0-based position of the row in the input."""
    row_id: str
    check: str
    value: float | str | None
    bar: float | None
    outcome: Outcome
    reason: str | None
    """A slug ("empty_output"); None when nothing was found."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """Where it was found: {"field", "span": [from, to]}, {"matched": row id}, {"rule": name} ..."""
