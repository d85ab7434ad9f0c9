"""Checks, gates and what they say of rows."""

from .check import (
    Bar,
    BulkCheck,
    Check,
    CheckOptions,
    CorpusCheck,
    Finding,
    Matches,
    ModelCheck,
    Resources,
    Row,
    SetCheck,
)
from .gates import CheckSpec, Policy
from .panel import Judged, Panel, Tally, tally

__all__ = [
    "Bar",
    "BulkCheck",
    "Check",
    "CheckOptions",
    "CheckSpec",
    "CorpusCheck",
    "Finding",
    "Judged",
    "Matches",
    "ModelCheck",
    "Panel",
    "Policy",
    "Resources",
    "Row",
    "SetCheck",
    "Tally",
    "tally",
]
