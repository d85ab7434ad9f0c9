"""The report of an audit of patterns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...quality.patterns import PatternReport
from .stored import Stored


def audit_page(path: Path, result: Mapping[str, Any], report: PatternReport, data: Stored) -> None:
    """Write the page."""
