"""A robustness set as score, audit and review take it: a file, a run folder, or cases in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from ..core.records import AspectRecord
from ..data.sources import Unreadable
from ..data.sources.aspects import read_cases
from ..quality.scoring.arts_set import ArtsSet


@dataclass(frozen=True, slots=True)
class ArtsGold:
    """The set, what it is called, and the entries that are no cases."""

    name: str
    cases: ArtsSet
    problems: tuple[Unreadable, ...]

    def described(self) -> dict[str, Any]:
        """For score.json and audit.json."""
        return {
            "file": self.name,
            "cases": len(self.cases.cases),
            "originals": len(self.cases.original_ids),
            "strategies": self.cases.counts(),
            "unreadable": {
                "number": len(self.problems),
                "first": [f"{problem.key}: {problem.message}" for problem in self.problems[:20]],
            },
        }


def read_gold(gold: Any) -> ArtsGold:
    """Read a robustness set.

    Args:
        gold: a path (see `read_cases`), or a mapping id -> AspectRecord, or id -> object as the released JSON has it.

    Raises:
        UsageError: it is none of these, or holds no case.
        SourceError: it cannot be read.
    """
    if isinstance(gold, ArtsSet):
        return ArtsGold("cases in memory", gold, ())
    if isinstance(gold, Mapping) and gold and all(isinstance(case, AspectRecord) for case in gold.values()):
        return ArtsGold("cases in memory", ArtsSet(dict(gold)), ())
    source: Any = gold
    if isinstance(gold, str | Path):
        name = str(gold)
    elif isinstance(gold, Mapping):
        name, source = "cases in memory", [{"key": key, **dict(case)} for key, case in gold.items()]
    else:
        message = f"a {type(gold).__name__} is no robustness set."
        raise UsageError(message, hint="Give a file, a run folder, or a mapping id -> case.")
    read = read_cases(source)
    cases: dict[str, AspectRecord] = {}
    repeated = []
    for key, case in zip(read.keys, read.cases, strict=True):
        if key in cases:
            repeated.append(Unreadable(case.origin.source, f"there is a case {key!r} already: the first counts"))
        else:
            cases[key] = case
    return ArtsGold(name, ArtsSet(cases), (*read.problems, *repeated))
