"""Checks, gates and what they say of rows. Everything is imported at its first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import Bar, BulkCheck, Check, CheckOptions, CorpusCheck, Finding, ModelCheck, Resources, Row, SetCheck
    from .gates import CheckSpec, Policy
    from .matches import Matches
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

_HOMES = {
    "Bar": ".check",
    "BulkCheck": ".check",
    "Check": ".check",
    "CheckOptions": ".check",
    "CheckSpec": ".gates",
    "CorpusCheck": ".check",
    "Finding": ".check",
    "Judged": ".panel",
    "Matches": ".matches",
    "ModelCheck": ".check",
    "Panel": ".panel",
    "Policy": ".gates",
    "Resources": ".check",
    "Row": ".check",
    "SetCheck": ".check",
    "Tally": ".panel",
    "tally": ".panel",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
