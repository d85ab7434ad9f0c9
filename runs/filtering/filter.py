"""filter: anybody's data through a policy -> kept, dropped, review, each row with its reason.

    source ── RowStage ──> rows, findings of the row checks, digests      read once, batch by batch
           ── ask_models ──> findings of the checks that ask models       what no row check has dropped
           ── judge_sets ──> findings of the checks of whole sets
           ── judge_pairs ──> pairs                                       what nothing has dropped so far
           ── Settlement ──> kept/, dropped/, review/, verdicts, report   in input order

Each stage leaves its result in `work/`; the same command goes on after the last stage that was finished.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from ...core.errors import UsageError
from ...data.sources import open_source, rows_from
from ...quality import Resources, Row
from ...quality.check import Scope
from ...quality.columns import Column, Ledger
from ...quality.gates import CheckSpec, Step, make_step
from ...recipes import Asking, load_policy_file
from ..folder import RunFolder, write_atomically
from ..process import os_errors_told, rare_collections
from ..progress import Progress, Silent
from .judge import BATCH_MB, Batch, Judge, RowStage, batches, judge
from .kinds import ROW_KINDS, RowKind
from .models import ask_models
from .pairs import Pairs, judge_pairs
from .publish import publish
from .result import FilterResult
from .rethreshold import StoredFindings, changed, refuse_below, stored_batches
from .sets import judge_sets
from .settle import Settlement
from .store import RowStore
from .work import Work

CONTAMINATION = "contamination.ngram"
"""The check that is added where evaluation sets are given and the policy names none that takes them."""


@dataclass(frozen=True)
class Job:
    """What is to be done, with everything opened."""

    batches: Callable[[], Iterable[Batch]]
    """Reads the rows, from the first on."""
    steps: Sequence[Step]
    resources: Resources
    kind: RowKind
    progress: Progress
    facts: dict[str, Any]
    export: Sequence[str] = ()
    asking: Asking = field(default_factory=Asking)
    """The models that checks ask."""
    judge: Judge = judge
    """What is said of the rows as they are read."""
    judged: tuple[Scope, ...] = ("row",)
    """Scopes of the checks that `judge` speaks for; the others have stages of their own."""
    started: float = field(default_factory=time.monotonic)


def filter(
    data: Any,
    *,
    policy: str | Path = "instructions",
    out: str | Path | None = None,
    sets: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    checks: Iterable[CheckSpec] = (),
    against: Sequence[Any] = (),
    reference: Any = None,
    export: Iterable[str] = (),
    limit: int | None = None,
    batch_mb: float = BATCH_MB,
    progress: Progress | None = None,
) -> FilterResult:
    """Judge every row of a data set by a policy and keep what passes.

    Args:
        data: a path, "hf:NAME[:SPLIT]", a list of dicts, a `datasets.Dataset`, a pandas or polars frame.
        policy: name of a shipped policy, or a policy file.
        out: folder for the result; it must be new, or the result of the same filter, which is then made again. None:
            a temporary folder that goes with the result.
        sets: changes to the policy such as "models.judge.model=NAME", in order; see `--set`.
        columns: our column -> theirs, where the shape is not recognised.
        checks: further checks after the policy's; one that the policy has too takes its place.
        against: evaluation sets (as `data`) that no kept row may repeat; the check `contamination.ngram` is added if
            the policy has none that takes them.
        reference: a reference set (as `data`) for checks that compare with one.
        export: fine-tuning formats to write the kept rows in.
        limit: judge only so many rows.
        batch_mb: MiB of rows that are judged at once: what bounds memory, whatever the number of rows. The fates do
            not depend on it.
        progress: where to report to; silent if not given.

    Raises:
        UsageError: the data's shape is unknown (the message shows its columns), or an argument is wrong.
        SourceError: the data cannot be read.
    """
    loaded = load_policy_file(policy, sets)
    chosen = loaded.policy
    kind = ROW_KINDS[chosen.rows]
    resources = Resources(against=_sets(against, kind), reference=_rows(reference, None, kind))
    specs = _specs(chosen.checks, list(checks), resources)
    steps = [make_step(spec, resources) for spec in specs]
    _refuse_lacking(steps, resources)
    named = isinstance(data, str | Path)
    source = open_source(data, columns=columns, limit=limit) if named else rows_from(data, columns=columns, limit=limit)
    location = str(data) if named else f"{type(data).__module__}.{type(data).__name__} in memory"
    facts: dict[str, Any] = {
        "name": f"filter-{chosen.name}",
        "description": chosen.description,
        "status": "complete",
        "reason": None,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": location,
        "policy": chosen.name,
        "rows_of": chosen.rows,
        "against": {name: len(rows) for name, rows in resources.against.items()},
        "models": {},
        "checks": [spec.model_dump(mode="json") for spec in specs],
    }
    made_from = {
        "filter": location,
        "checks": facts["checks"],
        "columns": dict(columns or {}),
        "limit": limit,
        "against": sorted(facts["against"].items()),
        "models": {role: config.model_dump(mode="json") for role, config in loaded.asking.models.given().items()},
    }
    told = progress or Silent()
    job = Job(lambda: batches(source, batch_mb), steps, resources, kind, told, facts, list(export), loaded.asking)
    # A temporary folder is never gone on from: what is read need not be told again.
    return _into(out, made_from, job, source.fingerprint() if named and out is not None else None)


def rethreshold(
    result: FilterResult,
    bars: Mapping[str, float] | None = None,
    gates: Mapping[str, str] | None = None,
    *,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> FilterResult:
    """Decide anew with other bars and gates, from what the checks computed.

    Row and model checks are not asked again. Checks of pairs look for pairs again, since which row stands for which
    depends on what is left.

    Args:
        result: a filter's result.
        bars: check -> its new bar.
        gates: check -> "drop", "review" or "flag".
        out: folder for the new result; a temporary one if not given.
        progress: where to report to; silent if not given.

    Raises:
        UsageError: a check was not in the filter, or the bar of a check of pairs lies below what was computed.
    """
    old = [CheckSpec.model_validate(spec) for spec in result.run["checks"]]
    specs = changed(old, bars or {}, gates or {})
    steps = [make_step(spec) for spec in specs]
    refuse_below(steps, [make_step(spec) for spec in old])
    facts = {**result.run, "checks": [spec.model_dump(mode="json") for spec in specs]}
    facts["started"] = datetime.now(UTC).isoformat(timespec="seconds")
    made_from = {"rethreshold": str(result.folder.absolute()), "checks": facts["checks"]}
    job = Job(
        lambda: stored_batches(result.folder),
        steps,
        Resources(),
        ROW_KINDS[result.run["rows_of"]],
        progress or Silent(),
        facts,
        judge=StoredFindings(result.folder),
        judged=("row", "model", "set"),
    )
    return _into(out, made_from, job, None)


def _into(out: str | Path | None, made_from: Mapping[str, Any], job: Job, content: str | None) -> FilterResult:
    folder = RunFolder(Path(tempfile.mkdtemp(prefix="corpusmith-")) if out is None else Path(out))
    result = FilterResult(folder.path, job.facts)
    if out is None:
        weakref.finalize(result, shutil.rmtree, folder.path, ignore_errors=True)
    folder.acquire()
    try:
        folder.claim(made_from, _differences)
        with os_errors_told(folder.path), rare_collections():
            _judge(folder, job, content)
    finally:
        folder.release()
    return result


def _judge(folder: RunFolder, job: Job, content: str | None) -> None:
    # Data in memory has no content that could be told again in another process: nothing to go on from.
    work = Work(folder.path / "work", content)
    steps, progress = job.steps, job.progress
    if not work.done("rows"):
        _rows_stage(work, job)
    store = RowStore(work.folder, job.kind.view)
    try:
        ledger = work.ledger(steps, "rows")
        columns = [] if "set" in job.judged else [*_ask(folder, job, store, ledger), *judge_sets(steps, store, ledger)]
        if not work.done("pairs"):
            digests = work.digests(len(store))
            pairs = judge_pairs(steps, store, ledger, digests, lambda s: make_step(s.spec, job.resources), progress.say)
            work.finish_pairs(pairs, ledger)
        ledger = work.ledger(steps, "pairs")
        found = {at: work.pairs(at, len(store)) for at in work.paired()}
        _settle(folder, job, work, store, ledger, columns, found)
    finally:
        store.close()
    shutil.rmtree(work.folder)


def _ask(folder: RunFolder, job: Job, store: RowStore, ledger: Ledger) -> list[Column]:
    """What models say of the rows."""
    told, columns = ask_models(job.steps, store, ledger, job.asking, folder.path, job.progress)
    if told is not None:
        said = told.as_dict()
        job.facts.update({name: said[name] for name in said if name not in ("rows", "checks", "seconds")})
        job.facts["asked"] = {"rows": said["rows"], "checks": said["checks"]}
    return columns


def _rows_stage(work: Work, job: Job) -> None:
    job.progress.say(f"judging {job.facts['source']} by the policy {job.facts['policy']}")
    with RowStage(work.begin(), job.steps, job.kind, job.judge, job.judged) as stage:
        for batch in job.batches():
            stage.take(batch)
            job.progress.update(work.snapshot("rows", stage.rows, None, job.started))
        told = stage.finish()
    work.finish_rows(told, stage.ledger)


def _settle(
    folder: RunFolder,
    job: Job,
    work: Work,
    store: RowStore,
    ledger: Ledger,
    asked: Sequence[Column],
    found: Mapping[int, Pairs],
) -> None:
    settlement = Settlement(folder.path, job.steps, store, ledger)
    try:
        job.progress.say("writing what was kept, what was not, and why")
        for start, stop, columns in work.stretches():
            columns += [column.between(start, stop) for column in asked]
            for at, pairs in found.items():
                columns.append(pairs.column(at, job.steps[at], start, stop, store.id))
            settlement.take(start, stop, sorted(columns, key=lambda column: column.step))
            job.progress.update(work.snapshot("writing", stop, len(store), job.started))
        settlement.close()
    except BaseException:
        settlement.abandon()
        raise
    facts = job.facts
    facts["counts"] = settlement.accounting.as_dict()
    facts["verdicts"] = {check: dict(outcomes) for check, outcomes in settlement.verdicts.counts.items()}
    facts["notes"] = _notes(settlement, facts)
    facts["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    facts["seconds"] = round(time.monotonic() - job.started, 2)
    publish(folder.path, facts, job.export)
    write_atomically(folder.run_json, orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _notes(settlement: Settlement, facts: Mapping[str, Any]) -> list[str]:
    """What whoever gave the command should look at before using the result."""
    from ...quality.contamination.overlap import overlap_warning

    readable = sum(settlement.accounting.fates.values()) - settlement.accounting.fates["failed"]
    warning = overlap_warning(settlement.repeats, readable, facts["against"])
    return [warning] if warning else []


def _specs(policy: Sequence[CheckSpec], own: Sequence[CheckSpec], resources: Resources) -> list[CheckSpec]:
    names = {spec.check for spec in own}
    specs = [*(spec for spec in policy if spec.check not in names), *own]
    if resources.against and not any("against" in _needs(spec) for spec in specs):
        specs.append(CheckSpec(check=CONTAMINATION))
    return specs


def _needs(spec: CheckSpec) -> tuple[str, ...]:
    from ...core import registry

    return tuple(getattr(registry.load("checks", spec.check), "needs", ()))


def _refuse_lacking(steps: Sequence[Step], resources: Resources) -> None:
    for step in steps:
        for name in getattr(step.check, "needs", ()):
            if not getattr(resources, name):
                message = f"the check {step.check.name!r} needs {name} data, and none is given."
                raise UsageError(message, hint=f"Name it with --{name}, or take the check out of the policy.")


def _sets(against: Sequence[Any], kind: RowKind) -> dict[str, Sequence[Row]]:
    """Evaluation sets by name: the file's name, or its whole path where two are called the same."""
    sets: dict[str, Sequence[Row]] = {}
    for number, data in enumerate(against):
        name = Path(str(data)).name if isinstance(data, str | Path) else f"set-{number}"
        sets[str(data) if name in sets else name] = _rows(data, name, kind)
    return sets


def _rows(data: Any, name: str | None, kind: RowKind) -> list[Row]:
    """The rows of a further data set, as checks see them; lines that cannot be read hold nothing to compare with."""
    from ...core import SourceRow

    if data is None:
        return []
    source = open_source(data) if isinstance(data, str | Path) else rows_from(data, name=name or "reference")
    entries = [entry for entry in source if isinstance(entry, SourceRow)]
    return [Row(at, row.key, kind.view(row.fields) or row.fields) for at, row in enumerate(entries)]


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [f"{name} was {old.get(name)}, is now {new.get(name)}"[:300] for name in new if old.get(name) != new[name]]
