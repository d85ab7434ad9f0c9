"""run: recipe in, run folder out. The only place where recipe, sources, builder, models, checks and files meet."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from ..builders import Builder, Context, Item
from ..core import SourceRow, registry
from ..core.errors import CorpusmithError, RunFolderError, RunStopped
from ..data.sources import Source, Unreadable, open_source
from ..data.sources.aspects import open_aspects
from ..data.sources.instructions import open_instructions
from ..llm.journal import Journal
from ..llm.stats import CallStats
from ..quality.panel import Panel
from ..recipes import LoadedRecipe, Recipe, Seeds, differences, fingerprint, load_recipe, resolved_yaml
from .accept import Acceptance
from .candidates import CandidateJudge
from .finish import finish, summary
from .folder import RunFolder, write_atomically
from .items import ItemLog
from .process import os_errors_told, rare_collections, run_coroutine, signals_cancel
from .progress import Progress, Silent
from .result import RunResult
from .roles import meter_of, open_roles
from .schedule import Schedule
from .session import Session, now, seconds_before, version
from .session import facts as facts_of

FREE_LOOK_AHEAD = 1_000_000
"""Items that building may run ahead of acceptance: a slow item must not stop the others."""
_TIMES_WORKERS, _MORE_WORKERS = 4, 256
"""Items built at once are at most so many times the slots, or so many more."""
_TICK = 0.25
_COUNTED_BYTES = 64 * 2**20
_SAMPLED = 200


def run(
    recipe: str | Path | LoadedRecipe,
    *,
    sets: Sequence[str] = (),
    out: str | Path | None = None,
    progress: Progress | None = None,
    cache: Sequence[str | Path] = (),
) -> RunResult:
    """Run a recipe, or go on with one that was begun in the same folder.

    Args:
        recipe: a shipped recipe's name, a file, or a loaded recipe.
        sets: changes such as "seeds.path=docs.jsonl", in order; see `--set`.
        out: the run folder; `runs/<recipe name>` if not given.
        progress: where to report to; silent if not given.
        cache: run folders whose journals may answer calls too.

    Raises:
        CorpusmithError: see core/errors.py; what was received up to then is kept, and the same call goes on from it.
    """
    loaded = recipe if isinstance(recipe, LoadedRecipe) else load_recipe(recipe, sets)
    folder = RunFolder(Path(out) if out is not None else Path("runs") / loaded.recipe.name)
    caches = [Path(c) / "journal" for c in cache]
    result: RunResult = run_coroutine(_run(loaded.recipe, folder, progress or Silent(), caches))
    return result


async def _run(recipe: Recipe, folder: RunFolder, progress: Progress, caches: Sequence[Path]) -> RunResult:
    builder = registry.load("builders", recipe.builder.kind)(recipe.builder.options)
    panel = Panel.from_specs(recipe.checks)
    sources = open_seeds(recipe)
    made_from = made_from_of(recipe, builder)
    folder.acquire()
    try:
        folder.claim(made_from, differences)
        write_atomically(folder.recipe, resolved_yaml(recipe).encode())
        journal = Journal(folder.journal, cache=caches)
        stats = CallStats()
        meter = meter_of(recipe, stats, journal)
        roles = open_roles(recipe, journal, stats, meter, progress.say)
        acceptance = Acceptance(
            folder.path,
            panel,
            target=recipe.target,
            max_candidates=recipe.max_candidates,
            remember=hasattr(builder, "next_items"),
        )
        session = Session(
            recipe=recipe,
            folder=folder,
            builder=builder,
            sources=sources,
            progress=progress,
            stats=stats,
            journal=journal,
            meter=meter,
            roles=roles,
            acceptance=acceptance,
            items=ItemLog(folder.items),
            started=time.monotonic(),
            started_at=now(),
            seconds_before=seconds_before(folder),
        )
        try:
            with rare_collections():
                await roles.probe()
                return await _run_session(session)
        finally:
            await roles.close()
            session.items.close()
            journal.close()
    finally:
        folder.release()


def open_seeds(recipe: Recipe) -> dict[str, Source]:
    """The recipe's seed data by source name, ready to be read as the builder wants it."""
    seeds = recipe.seeds
    reads = getattr(registry.load("builders", recipe.builder.kind), "reads", {})
    return {name: _opened(location, seeds, reads.get(name, "rows")) for name, location in seeds.sources.items()}


def _opened(location: str, seeds: Seeds, reads: str) -> Source:
    if reads == "materials":
        # Settings, styles and the like are read whole and as they are: columns and limit are for the other sources.
        return open_source(location)
    if reads == "instructions":
        return open_instructions(location, columns=seeds.columns, limit=seeds.limit)
    if reads == "rows":
        return open_source(location, columns=seeds.columns, limit=seeds.limit)
    labelled = reads == "aspects"
    return open_aspects(location, polarities=labelled, columns=seeds.columns, limit=seeds.limit)


def made_from_of(recipe: Recipe, builder: Any) -> dict[str, Any]:
    """Everything that must be the same for a run to be gone on with; files count by their content."""
    named = builder.made_from() if hasattr(builder, "made_from") else {}
    return {**fingerprint(recipe), "read by the builder": named}


async def _run_session(session: Session) -> RunResult:
    status, reason = "complete", None
    beside = [asyncio.create_task(_tick(session)), asyncio.create_task(_load_ahead())]
    try:
        with signals_cancel(), os_errors_told(session.folder.path):
            schedule = _schedule(session)
            try:
                await _waves(session, schedule)
            except RunStopped as error:
                status, reason = "partial", str(error)
            if status == "partial" or session.acceptance.full:
                schedule.accept_rest()
    except BaseException as error:
        session.acceptance.abandon()
        facts = _ended_early(session, error)
        if facts["status"] == "interrupted":
            return RunResult(session.folder.path, facts, 130)
        raise
    finally:
        for task in beside:
            task.cancel()
        session.progress.update(session.snapshot())
    recipe, kept = session.recipe, session.acceptance.accounting.fates["kept"]
    if recipe.target is not None and kept < recipe.target and status == "complete":
        status = "partial"
        cap = "the cap on candidates was reached" if session.acceptance.capped else "there are no more items"
        reason = f"{kept} of {recipe.target} rows: {cap}."
    session.progress.say("writing the data set, the exports and the report")
    facts = facts_of(session, status, reason)
    try:
        with os_errors_told(session.folder.path):
            finish(session.folder, recipe, session.acceptance, facts)
    except BaseException as error:
        session.acceptance.abandon()
        _ended_early(session, error)
        raise
    return RunResult(session.folder.path, facts, 4 if status == "partial" else 0 if kept else 1)


def _ended_early(session: Session, error: BaseException) -> dict[str, Any]:
    """Say in run.json what ended the session; where even that cannot be written, the error itself is told."""
    ended = "interrupted" if isinstance(error, asyncio.CancelledError | KeyboardInterrupt) else "failed"
    facts = facts_of(session, ended, error.message if isinstance(error, CorpusmithError) else ended)
    with contextlib.suppress(RunFolderError):
        write_atomically(session.folder.run_json, summary(facts))
    return facts


def _schedule(session: Session) -> Schedule:
    recipe, roles = session.recipe, session.roles
    context = Context(
        roles=roles.llms,
        prompts=recipe.prompt_library(),
        seed=recipe.seed,
        builder=recipe.builder.kind,
        version=version(),
        checks=session.acceptance.panel.row_checks,
    )
    panel = session.acceptance.panel
    return Schedule(
        partial(_build, session.builder, context),
        session.items,
        session.journal,
        session.acceptance,
        workers=partial(_workers, session),
        look_ahead=partial(_look_ahead, session),
        waves=hasattr(session.builder, "next_items"),
        judge=CandidateJudge(panel, roles.llms) if panel.model_steps else None,
    )


def _workers(session: Session) -> int:
    """Items to build at once: as many as there are slots, and more while calls wait for their next try, up to a bound.

    More than slots would only make every call wait for its slot in a queue; a call that waits for its next try holds
    none.
    """
    slots = session.roles.concurrency
    most = slots + max(_MORE_WORKERS, (_TIMES_WORKERS - 1) * slots)
    return max(slots, min(session.roles.limit + session.stats.waiting, most))


def _look_ahead(session: Session, accepted: int) -> int:
    """Items to build ahead of the `accepted` ones: any number, or, with a target, those that are needed for certain.

    What is built beyond the target is paid for and dropped. As long as an item gives no more candidates than those
    before, no fewer items than are missing candidates by that rate are needed.
    """
    recipe, counts = session.recipe, session.acceptance.accounting
    missing = [
        wanted - there
        for wanted, there in ((recipe.target, counts.fates["kept"]), (recipe.max_candidates, counts.candidates))
        if wanted is not None
    ]
    if not missing:
        return FREE_LOOK_AHEAD
    by_item = max(1.0, counts.candidates / accepted) if accepted else float("inf")
    return max(session.roles.concurrency, int(min(missing) / by_item))


def _build(builder: Builder, context: Context, item: Item) -> AsyncIterator[Any]:
    return builder.build(item, context)


async def _waves(session: Session, schedule: Schedule) -> None:
    acceptance, builder = session.acceptance, session.builder
    readable = {name: Readable(source, acceptance) for name, source in session.sources.items()}
    _forecast(session)
    wave: Iterable[Item] = _limited(builder.items(readable), session.recipe.limit)
    if not hasattr(builder, "next_items"):
        await schedule.run(wave)
        return
    while not acceptance.full:
        # A list, so that a wave's end is known before the next is asked for.
        work = list(wave)
        if not work:
            return
        acceptance.expected.extend(work)
        session.items_total = len(acceptance.expected)
        await schedule.run(work)
        wave = builder.next_items(acceptance.accepted)


def _limited(items: Iterable[Item], limit: int | None) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number == limit:
            return
        yield item


class Readable:
    """A source's rows for a builder; lines that cannot be read are counted as failed, once."""

    def __init__(self, source: Source, acceptance: Acceptance | None) -> None:
        self._source = source
        self._acceptance = acceptance
        self._counted: set[str] = set()

    def __iter__(self) -> Iterator[SourceRow]:
        for entry in self._source:
            if isinstance(entry, Unreadable):
                if self._acceptance is not None and entry.key not in self._counted:
                    self._counted.add(entry.key)
                    self._acceptance.unreadable(entry.key, entry.message, entry.reason)
            else:
                yield entry


def _forecast(session: Session) -> None:
    """Count items and forecast calls, where that is cheap: for the time left on the progress line."""
    if isinstance(session.progress, Silent) or hasattr(session.builder, "next_items"):
        return
    files = [Path(s.location) for s in session.sources.values()]
    if not all(f.is_file() and f.stat().st_size < _COUNTED_BYTES for f in files):
        return
    readable = {name: Readable(source, None) for name, source in session.sources.items()}
    items = _limited(session.builder.items(readable), session.recipe.limit)
    first = list(islice(items, _SAMPLED))
    total = len(first) + sum(1 for _ in items)
    if not total:
        return
    to_do = total - sum(map(session.items.done, range(total)))
    session.items_total = total
    session.calls_total = round(sum(session.builder.forecast(first).calls.values()) / len(first) * to_do)


async def _tick(session: Session) -> None:
    while True:
        session.progress.update(session.snapshot())
        await asyncio.sleep(_TICK)


async def _load_ahead() -> None:
    """Import what the end of a run needs while replies are awaited: a tenth of a second that nobody waits for."""
    await asyncio.sleep(_TICK)
    await asyncio.to_thread(importlib.import_module, "pyarrow.parquet")
