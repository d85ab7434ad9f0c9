"""A reply that cannot be used, as a finding: an error of that row, never a low score."""

from __future__ import annotations

from ...core.errors import AnswerError
from ..check import Finding

SHOWN = 500
"""Characters of the reply that are kept as evidence; the journal has all of it."""


def unusable(error: AnswerError) -> Finding:
    """The finding for a row whose judge gave no usable answer."""
    evidence = {"error": error.reason, "what": error.message, "raw": error.raw[:SHOWN], "calls": list(error.calls)}
    return Finding(None, None, evidence, error=True)
