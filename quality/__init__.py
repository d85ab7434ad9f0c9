"""Checks, gates and what they say of rows."""

from .check import Bar, Check, CheckOptions, CorpusCheck, Finding, Row
from .gates import CheckSpec, Judged, Panel, Policy, Tally, tally

__all__ = [
    "Bar",
    "Check",
    "CheckOptions",
    "CheckSpec",
    "CorpusCheck",
    "Finding",
    "Judged",
    "Panel",
    "Policy",
    "Row",
    "Tally",
    "tally",
]
