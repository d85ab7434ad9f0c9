"""One attempt at a run: all that is open while it lasts, and what it tells of itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..core.errors import RunFolderError
from ..data.sources import Source
from ..llm.budget import Meter
from ..llm.journal import Journal
from ..llm.stats import CallStats
from ..recipes import Recipe
from .accept import Acceptance
from .folder import RunFolder, read_run
from .items import ItemLog
from .progress import Progress, Snapshot
from .roles import Roles


@dataclass
class Session:
    """One attempt at a run: all that is open while it lasts."""

    recipe: Recipe
    folder: RunFolder
    builder: Any
    sources: Mapping[str, Source]
    progress: Progress
    stats: CallStats
    journal: Journal
    meter: Meter
    roles: Roles
    acceptance: Acceptance
    items: ItemLog
    started: float
    started_at: str
    seconds_before: float = 0.0
    """Seconds of earlier sessions of the run that ended by themselves."""
    items_total: int | None = None
    calls_total: int | None = None

    def snapshot(self) -> Snapshot:
        """The state now."""
        counts, stats = self.acceptance.accounting, self.stats
        return Snapshot(
            seconds=time.monotonic() - self.started,
            items_done=self.items.done_count,
            items_total=self.items_total,
            candidates=counts.candidates,
            kept=counts.fates["kept"],
            target=self.recipe.target,
            calls=stats.sent,
            journal_hits=stats.journal_hits,
            in_flight=stats.in_flight,
            retries=stats.retries,
            retries_by_cause=dict(stats.by_cause),
            tokens=sum(self.meter.used()[1:]),
            cost=self.meter.cost(),
            waiting=stats.waiting,
            calls_total=self.calls_total,
        )


def facts(session: Session, status: str, reason: str | None) -> dict[str, Any]:
    """run.json but for what the files add to it."""
    stats, recipe, state = session.stats, session.recipe, session.snapshot()
    calls, prompt, completion = session.meter.used()
    return {
        "name": recipe.name,
        "description": recipe.description,
        "status": status,
        "reason": reason,
        "started": session.started_at,
        "finished": now(),
        "seconds": round(time.monotonic() - session.started, 2),
        "seconds_of_the_whole_run": round(session.seconds_before + time.monotonic() - session.started, 2),
        "counts": session.acceptance.accounting.as_dict(),
        "items_per_second": round(state.rate, 2),
        "accept_rate": None if state.accept_rate is None else round(state.accept_rate, 4),
        "calls": {
            "sent": stats.sent,
            "journal_hits": stats.journal_hits,
            "shared": stats.shared,
            "retries": stats.retries,
            "by_cause": dict(sorted(stats.by_cause.items())),
            "asked_again": dict(sorted(stats.asked_again.items())),
            "hedged": stats.hedged,
            "of_the_whole_run": calls,
        },
        "tokens": {"prompt": prompt, "completion": completion},
        "cost": {"amount": session.meter.cost(), "currency": "USD"},
        "models": dict(session.roles.described),
        "builder": recipe.model_dump(mode="json")["builder"],
        "seed": recipe.seed,
        "versions": {"corpusmith": version(), "python": ".".join(map(str, sys.version_info[:3]))},
    }


def seconds_before(folder: RunFolder) -> float:
    """Seconds of the sessions before this one, as far as they ended by themselves."""
    try:
        return float(read_run(folder.path).get("seconds_of_the_whole_run") or 0.0)
    except RunFolderError:
        # Missing or damaged: it is written anew at the end of every session, and nothing else rests on it.
        return 0.0


def now() -> str:
    """This moment, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def version() -> str:
    """Of this package."""
    from .. import __version__

    return __version__
