"""A record with what models said of it, and how the item log holds that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import Record
from ..quality import Finding


@dataclass(frozen=True, slots=True)
class AskedRecord:
    """A record with what models said of it."""

    record: Record
    findings: Mapping[int, Finding]
    """Position of the check in the recipe -> its finding; a check that was spared it has none."""


def stored_findings(findings: Mapping[int, Finding]) -> list[list[Any]]:
    """Findings as the item log holds them."""
    return [[at, f.value, f.reason, dict(f.evidence), f.error] for at, f in findings.items()]


def read_findings(stored: Iterable[list[Any]]) -> dict[int, Finding]:
    """Findings as `stored_findings` wrote them."""
    return {at: Finding(value, reason, evidence, error) for at, value, reason, evidence, error in stored}
