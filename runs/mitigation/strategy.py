"""What a strategy is given and what it gives back.

A strategy is a module of runs/mitigation/, named in `STRATEGIES` (mitigate.py), with

    Options: type[StrategyOptions]           what --set takes for it
    plan(job: Job) -> Plan                   what is to become of the rows

It reads rows by `job.data` and patterns by `job.past`, may write files of its own into `job.folder`, and decides about
rows; writing them, the accounting, the new audit and the report are the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from ..audits.against import Against
from ..audits.stored import Stored
from ..progress import Progress
from .past import PastAudit


class StrategyOptions(BaseModel):
    """Base of every strategy's options."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


@dataclass(frozen=True)
class Job:
    """What a strategy is given."""

    data: Stored = field(repr=False)
    """The rows."""
    past: PastAudit = field(repr=False)
    """Their audit."""
    against: Against
    """What they were compared with."""
    options: Any
    """The strategy's `Options`."""
    seed: int
    folder: Path
    """For what a strategy writes itself."""
    progress: Progress


@dataclass(frozen=True, slots=True)
class Removal:
    """Why a row goes."""

    check: str
    """The check that speaks of it: pattern.edge ..."""
    reason: str
    """Slug."""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A row that stays with other words."""

    fields: Mapping[str, Any]
    """All its columns, as they are to be."""
    carries: Sequence[str] = ()
    """Patterns of the past audit that it still carries."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """How it was changed."""


@dataclass(frozen=True)
class Plan:
    """What is to become of the rows; those that are not named stay as they are."""

    removed: Mapping[int, Removal] = field(default_factory=dict)
    """Row -> why it goes."""
    changed: Mapping[int, Change] = field(default_factory=dict)
    """Row -> its new words."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """For run.json: what the strategy has to say of itself."""
    notes: Sequence[str] = ()
    """For people, one sentence each."""
    exit_code: int = 0
    """4: a budget or a model that went down left rows undone."""
