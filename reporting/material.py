"""What a report is made of: plain data, handed over by the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Line = Mapping[str, Any]
"""One line of a run's JSONL files."""


@dataclass
class AspectCounts:
    """What the section on aspect robustness is drawn from; each by strategy."""

    labels: dict[str, Counter[str]] = field(default_factory=dict)
    """Kept cases by polarity."""
    words: dict[str, list[int]] = field(default_factory=dict)
    """Words of each kept sentence."""
    added: dict[str, list[int]] = field(default_factory=dict)
    """Words that each has more than its original."""
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    """Kept cases by the rules of their edits."""
    lost: dict[str, Counter[str]] = field(default_factory=dict)
    """Dropped, reviewed and rejected ones by reason."""
    held: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    """Records to choose examples from."""
    sources: Mapping[str, Any] = field(default_factory=dict)
    """The builder's artifact sources.json."""


@dataclass(frozen=True)
class ReportMaterial:
    """Everything the report shows. The lists may be samples: the true totals are in `run["counts"]`."""

    run: Mapping[str, Any]
    """The object of run.json. A missing key is shown as unknown, never guessed."""
    kept: Sequence[Line] = ()
    """{"record", "id", "row"}: the record as JSON, its id, its 0-based candidate number."""
    dropped: Sequence[Line] = ()
    """As `kept`, with "reason" and "check"; optional "evidence", "value" and "bar" of the deciding verdict."""
    review: Sequence[Line] = ()
    """As `dropped`."""
    rejected: Sequence[Line] = ()
    """{"reason", "text", "source", "calls", "evidence", "item"}."""
    failed: Sequence[Line] = ()
    """{"reason", "source", "message", "item"}."""
    verdict_counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Check -> outcome (pass, flag, fail, error) -> rows."""
    tree: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    """The domain tree, or one for each domain: {"domain", "tasks": [{"name", "reason", "rows", "pruned", "tasks"}]},
    or with a flat "nodes": [{"path", "name", "reason", "pruned", "samples"}]."""
    diversity: Mapping[str, Any] | None = None
    """Measured diversity: name -> number, or name -> {name -> number}."""
    recipe_yaml: str = ""
    """The resolved recipe, as text."""
    matched: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Row id -> record, for rows that evidence points at ("matched") and that are in none of the lists."""
    aspects: AspectCounts | None = None
    """For sets of aspect cases: counts over all of them."""
