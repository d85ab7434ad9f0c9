"""Asking models about rows: free-running workers, every reply in a journal, findings handed on in row order.

    rows --> workers (check.judge, through LLMs over one journal) --> findings, in the order of the rows --> take

Nothing else is stored: findings follow from the replies, so the same call again replays the journal and asks only for
what is missing, whatever stopped it (an error, a budget, kill -9). An error is never replayed: rows that could not be
judged are asked about again.

What goes wrong with a row is a finding with `error`, and counted; a row is never dropped for it. What would go wrong
with every row (a key that is refused, a missing capability, a judge that gives nothing usable from the first row on)
stops the pass with its message.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import (
    AnswerError,
    BatchWaiting,
    BudgetExhausted,
    CorpusmithError,
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    RetryableError,
    RunFolderError,
)
from ..llm.budget import Meter
from ..llm.journal import Journal
from ..llm.limits import turn_of
from ..llm.stats import CallStats
from ..quality import Finding, ModelCheck, Row
from ..quality.check import unjudged
from ..recipes import Asking
from .process import os_errors_told, rare_collections, run_coroutine, signals_cancel
from .progress import Progress, Silent, Snapshot
from .roles import Roles, meter_for, open_models

LOOK_AHEAD = 4096
"""Rows that may be finished before an earlier one is: a slow row must not stop the others."""
HOPELESS = 50
"""So many rows that a check asked about in vain, before it judged a single one, stop the pass."""
DOWN = 20
"""So many rows in a row that a model gave no reply to (after all retries): it is taken to be down."""
_TICK = 0.25
_STOPS_THE_PASS = (FatalEndpointError, RunFolderError, MissingCapability)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelFinding:
    """What one check said of one row."""

    row: int
    """The row's position in the input (`Row.index`)."""
    at: int
    """Position of the check in the list of checks that was given."""
    check: str
    """Its name."""
    finding: Finding


@dataclass(frozen=True, slots=True)
class GatedCheck:
    """A model check, and what of its findings spares the row the checks after it."""

    check: ModelCheck
    drops: Callable[[Row, Finding], bool] | None = None
    """Whether a finding drops the row: the checks after this one are then not asked about it. None: they always are.
    A row that was spared a check has no finding of it, as with corpus checks."""


@dataclass
class ModelPass:
    """What asking came to. While it goes on, its running state."""

    checks: tuple[str, ...]
    """Their names; of checks of one name the second and further ones have their number added ("judge.rubric#2")."""
    status: str = "complete"
    """complete; partial: the budget was reached or a model went down, and the rest of the rows could not be judged."""
    reason: str | None = None
    """Why it is partial."""
    rows: int = 0
    """Rows that were gone through."""
    judged: Counter[str] = field(default_factory=Counter)
    """Check -> rows that it judged."""
    errors: dict[str, Counter[str]] = field(default_factory=dict)
    """Check -> slug -> rows that it could not judge."""
    spared: Counter[str] = field(default_factory=Counter)
    """Check -> rows that it was not asked about, since an earlier check dropped them."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Calls, tokens, cost, models: as in run.json."""

    @property
    def exit_code(self) -> int:
        """0 complete, 4 partial."""
        return 4 if self.status == "partial" else 0

    def count(self, check: str, finding: Finding) -> None:
        """Count one finding."""
        if finding.error:
            self.errors.setdefault(check, Counter())[str(finding.evidence.get("error", "unnamed"))] += 1
        else:
            self.judged[check] += 1

    def as_dict(self) -> dict[str, Any]:
        """As plain data, for run.json: rows = judged + errors + spared, for every check."""
        checks = {
            name: {
                "judged": self.judged[name],
                "spared": self.spared[name],
                "errors": dict(sorted(self.errors.get(name, Counter()).items())),
            }
            for name in self.checks
        }
        return {"status": self.status, "reason": self.reason, "rows": self.rows, "checks": checks, **self.facts}


def judge_by_models(
    rows: Iterable[Row],
    checks: Sequence[GatedCheck],
    asking: Asking,
    *,
    folder: Path,
    take: Callable[[list[ModelFinding]], None],
    total: int | None = None,
    cache: Sequence[Path] = (),
    look_ahead: int = LOOK_AHEAD,
    progress: Progress | None = None,
) -> ModelPass:
    """Ask models about rows, or go on with what was begun in the same folder.

    Args:
        rows: the rows, read as they are needed; the order in which findings are handed on.
        checks: the model checks with their gates; all of one row are asked one after the other.
        asking: the models by role, their prices, the budget and the seed.
        folder: holds the journal (`folder/journal`); the caller has made it and keeps other processes out.
        take: gets the findings, in the order of the rows and for each row in that of the checks, as they come.
        total: number of rows, where it is known: for the time left.
        cache: other runs' journals, which may answer calls too.
        look_ahead: rows that may be finished before an earlier one is.
        progress: where to report to; silent if not given.

    Raises:
        CorpusmithError: it cannot go on (see core/errors.py). What was received is kept, and so is what `take` got.
        KeyboardInterrupt: Ctrl-C or SIGTERM; the same.
    """
    asked = _Asked(checks, asking, folder, take, total, look_ahead, progress or Silent())
    journal = Journal(folder / "journal", cache=cache)
    try:
        run_coroutine(asked.run(rows, journal))
    finally:
        journal.close()
    if asked.interrupted:
        raise KeyboardInterrupt
    return asked.result


class _Asked:
    """One pass over the rows."""

    def __init__(
        self,
        checks: Sequence[GatedCheck],
        asking: Asking,
        folder: Path,
        take: Callable[[list[ModelFinding]], None],
        total: int | None,
        look_ahead: int,
        progress: Progress,
    ) -> None:
        self._checks = tuple(checks)
        self._asking = asking
        self._folder = folder
        self._take = take
        self._total = total
        self._look_ahead = look_ahead
        self._progress = progress
        self._stats = CallStats()
        self._started = time.monotonic()
        self._finished: dict[int, list[ModelFinding]] = {}
        self._head = 0
        self._advanced = asyncio.Event()
        self._states = [_State() for _ in checks]
        self._workers = 1
        self.result = ModelPass(_told_apart([gated.check.name for gated in checks]))
        self.interrupted = False

    async def run(self, rows: Iterable[Row], journal: Journal) -> None:
        """Go through the rows."""
        meter = meter_for(self._asking.budget, self._asking.role_prices(), self._stats, journal)
        say = self._progress.say
        roles = open_models(self._asking.models.given(), journal, self._stats, meter, seed=self._asking.seed, say=say)
        self._workers = max(1, roles.slots)
        ticker = asyncio.create_task(self._tick(meter))
        try:
            await roles.probe()
            for gated in self._checks:
                ready = getattr(gated.check, "ready", None)
                if ready is not None:
                    ready(roles.llms)
            with signals_cancel(), os_errors_told(self._folder), rare_collections():
                await self._work_through(rows, roles)
        except asyncio.CancelledError:
            self.interrupted = True
        finally:
            ticker.cancel()
            await roles.close()
            self._progress.update(self._snapshot(meter))
            self.result.facts = self._facts(meter, roles)

    async def _work_through(self, rows: Iterable[Row], roles: Roles) -> None:
        source = enumerate(rows)
        workers = [asyncio.create_task(self._work(source, roles)) for _ in range(self._workers)]
        try:
            await asyncio.gather(*workers)
        finally:
            # Each worker by itself: once one has failed, cancelling their gathering reaches none of the others.
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, source: Iterator[tuple[int, Row]], roles: Roles) -> None:
        for number, row in source:
            turn_of.set(number)
            self._finished[number] = await self._judge(row, roles)
            self._hand_on()
            # Rows that the journal answers never wait for anything: let the others have their turn.
            await asyncio.sleep(0)
            while number - self._head >= self._look_ahead:
                self._advanced.clear()
                await self._advanced.wait()

    def _hand_on(self) -> None:
        ready: list[ModelFinding] = []
        while self._head in self._finished:
            ready += self._finished.pop(self._head)
            self._head += 1
            self.result.rows += 1
        if ready:
            self._take(ready)
        self._advanced.set()

    async def _judge(self, row: Row, roles: Roles) -> list[ModelFinding]:
        found: list[ModelFinding] = []
        names = self.result.checks
        for at, gated in enumerate(self._checks):
            finding = await self._finding(at, row, roles)
            self.result.count(names[at], finding)
            found.append(ModelFinding(row.index, at, gated.check.name, finding))
            if gated.drops is not None and not finding.error and gated.drops(row, finding):
                self.result.spared.update(names[at + 1 :])
                break
        return found

    async def _finding(self, at: int, row: Row, roles: Roles) -> Finding:
        state, check = self._states[at], self._checks[at].check
        if state.down is not None:
            return unjudged("model_down", state.down)
        try:
            finding = await check.judge(row, roles.llms)
        except BudgetExhausted as error:
            # The journal still answers for rows that were paid for, so the pass goes through to the end.
            self._partial(error.message)
            return unjudged("budget_exhausted", error.message)
        except BatchWaiting as error:
            self._partial(str(error))
            return unjudged("batch_waiting", error.message)
        except _STOPS_THE_PASS:
            raise
        except RetryableError as error:
            self._no_reply(state, check.name, error)
            return unjudged(error.kind, error.message)
        except EndpointError as error:
            self._in_vain(state, check.name, error.message)
            return unjudged(error.kind, error.message)
        except AnswerError as error:
            self._in_vain(state, check.name, error.message)
            return unjudged(error.reason, error.message)
        except CorpusmithError as error:
            return unjudged("unusable_row", str(error))
        except Exception as error:
            # A check may come from any package: its fault on one row must not stop a pass.
            _log.debug("%s failed on row %s", check.name, row.id, exc_info=True)
            return unjudged("check_failed", f"{type(error).__name__}: {error}")
        if finding.error and finding.evidence.get("calls"):
            self._in_vain(state, check.name, str(finding.evidence.get("what", "")))
        elif not finding.error:
            state.judged, state.unanswered = True, 0
        return finding

    def _in_vain(self, state: _State, name: str, message: str) -> None:
        """Note a row that was asked about without use; raise if that is all there ever was."""
        state.in_vain += 1
        state.unanswered = 0
        if not state.judged and state.in_vain >= HOPELESS:
            said = f"none of the first {state.in_vain} rows could be judged by {name}; the last one: {message}"
            hint = "Look at what the model says (--limit 5), mend that, and run the same command again."
            raise FatalEndpointError(said, kind="hopeless", hint=hint)

    def _no_reply(self, state: _State, name: str, error: RetryableError) -> None:
        """Note that a model gave no reply; after many such rows it is not waited for any more."""
        state.unanswered += 1
        if state.unanswered < max(DOWN, 2 * self._workers):
            return
        if not state.judged:
            said = f"the model of {name} gave no reply to any of {state.unanswered} rows: {error.message}"
            raise FatalEndpointError(said, kind="hopeless", hint="Mend that and run the same command again.")
        if state.down is None:
            state.down = f"taken to be down after {state.unanswered} rows without a reply: {error.message}"
            self._partial(f"the model of {name} was {state.down}")

    def _partial(self, reason: str) -> None:
        self.result.status = "partial"
        if self.result.reason is None:
            self.result.reason = reason
            self._progress.say(f"{reason} The rows after it count as not judged.")

    async def _tick(self, meter: Meter) -> None:
        while True:
            self._progress.update(self._snapshot(meter))
            await asyncio.sleep(_TICK)

    def _snapshot(self, meter: Meter) -> Snapshot:
        stats, done = self._stats, self.result.rows
        calls = stats.sent + stats.journal_hits + stats.shared
        return Snapshot(
            seconds=time.monotonic() - self._started,
            items_done=done,
            items_total=self._total,
            candidates=0,
            kept=0,
            target=None,
            calls=stats.sent,
            journal_hits=stats.journal_hits,
            in_flight=stats.in_flight,
            retries=stats.retries,
            retries_by_cause=dict(stats.by_cause),
            tokens=sum(meter.used()[1:]),
            cost=meter.cost(),
            # As many calls a row as up to now.
            calls_total=round(calls / done * self._total) if done and self._total else None,
        )

    def _facts(self, meter: Meter, roles: Roles) -> dict[str, Any]:
        stats = self._stats
        calls, prompt, completion = meter.used()
        return {
            "seconds": round(time.monotonic() - self._started, 2),
            "calls": {
                "sent": stats.sent,
                "journal_hits": stats.journal_hits,
                "shared": stats.shared,
                "retries": stats.retries,
                "by_cause": dict(sorted(stats.by_cause.items())),
                "asked_again": dict(sorted(stats.asked_again.items())),
                "of_the_whole_run": calls,
            },
            "tokens": {"prompt": prompt, "completion": completion},
            "cost": {"amount": meter.cost(), "currency": "USD"},
            "models": dict(roles.described),
        }


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(told)


@dataclass(slots=True)
class _State:
    """How asking goes for one check."""

    judged: bool = False
    """Whether it has judged a row."""
    in_vain: int = 0
    """Rows that were asked about without a usable reply."""
    unanswered: int = 0
    """Rows, one after the other, that got no reply at all."""
    down: str | None = None
    """Why the model is not asked any more."""
