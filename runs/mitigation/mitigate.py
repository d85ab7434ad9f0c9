"""mitigate: mend a patterned set by a strategy, and audit it again.

```
DATA, its audit ── strategy.plan ──> which rows go, which are changed
                ── settle ──> kept/, dropped/, changed/, failed.jsonl, rows.parquet
                ── audit_patterns ──> after/: the new audit; before/: the old one
                ──> report.html: both; run.json
```
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from ...core.errors import UsageError
from ...data.sources import rows_from
from ..audit import Audit
from ..audits.against import Against, against
from ..audits.patterns import PATTERNS_FILE, VERDICTS_FILE, PatternAudit, audit_patterns
from ..audits.stored import Stored, store_rows
from ..filtering.result import Rows
from ..folder import RunFolder, read_run, write_atomically
from ..process import os_errors_told
from ..progress import Progress, Silent
from .page import mitigation_page
from .past import PastAudit, read_audit
from .settle import CHANGED, DROPPED, FAILED, KEPT, settle
from .strategy import Job, Plan

STRATEGIES: Mapping[str, str] = {"cap": ".cap", "resample": ".resample", "rewrite": ".rewrite", "unlearn": ".unlearn"}
"""Strategy -> its module; see strategy.py."""
BEFORE, AFTER = "before", "after"
_JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True)
class MitigationResult:
    """A mitigation's folder: rows = kept + dropped + failed."""

    folder: Path
    run: Mapping[str, Any] = field(repr=False)
    """run.json."""

    @classmethod
    def open(cls, folder: str | Path) -> MitigationResult:
        """The result of an earlier mitigation.

        Raises:
            RunFolderError: the folder has no run.json.
        """
        return cls(Path(folder), read_run(Path(folder)))

    @property
    def counts(self) -> dict[str, Any]:
        """{"candidates", "kept", "dropped", "failed", "by_reason"}."""
        counts: dict[str, Any] = self.run["counts"]
        return counts

    @property
    def kept(self) -> Rows:
        """The rows that stay, as they came or with new words."""
        return Rows(self.folder / KEPT, self.counts["kept"], self)

    @property
    def dropped(self) -> Rows:
        """The rows that went, each with its reason."""
        return Rows(self.folder / DROPPED, self.counts["dropped"], self)

    @property
    def changed(self) -> Rows:
        """{"row", "row_id", "source", "evidence", "before", "after"} of rows that stay with new words."""
        return Rows(self.folder / CHANGED, self.run["changed"], self)

    @property
    def failed(self) -> Rows:
        """What could not be read as instructions."""
        return Rows(self.folder / FAILED, self.counts["failed"], self)

    @property
    def exit_code(self) -> int:
        """0; 4 if a strategy could not finish; 1 if nothing was kept."""
        return int(self.run["exit_code"]) or (0 if self.counts["kept"] else 1)


def mitigate(
    data: Any,
    *,
    audit: str | Path | Audit,
    strategy: str = "cap",
    out: str | Path,
    options: Mapping[str, Any] | None = None,
    reference: Any = None,
    seed: int = 17,
    progress: Progress | None = None,
) -> MitigationResult:
    """Mend a patterned set.

    Args:
        data: the set that was audited, in any form that `audit` takes.
        audit: the folder of its audit, or the audit if that was written to one.
        strategy: one of `STRATEGIES`.
        out: folder for the result; new, or the result of the same mitigation.
        options: the strategy's own.
        reference: the audit's reference, if that was handed over in memory or has moved.
        seed: of everything drawn at random.
        progress: where to report to; silent if not given.

    Raises:
        UsageError: the data is not what was audited, or an argument does not fit.
        SourceError: the data cannot be read.
        RunFolderError: `out` holds something else.
    """
    module = strategy_of(strategy)
    chosen = _options(module, strategy, options or {})
    folder = audit.folder if isinstance(audit, Audit) else audit
    if folder is None:
        message = "this audit was not written to a folder."
        raise UsageError(message, hint="Give out=FOLDER to audit().")
    past = read_audit(folder)
    said = progress or Silent()
    started = time.monotonic()
    target = RunFolder(Path(out))
    target.acquire()
    try:
        made_from = {
            "mitigate": strategy,
            "content": past.result["content"],
            "patterns": sorted(past.patterns),
            # More money for the same work is the same mitigation.
            "options": chosen.model_dump(mode="json", exclude={"budget"}),
            "seed": seed,
        }
        target.claim(made_from, _differences)
        facts = {"name": f"mitigate-{strategy}", "started": datetime.now(UTC).isoformat(timespec="seconds")}
        work = Path(tempfile.mkdtemp(prefix=".work-", dir=target.path))
        with ExitStack() as opened:
            opened.callback(shutil.rmtree, work, ignore_errors=True)
            with os_errors_told(target.path):
                stored, beside = _opened(data, past, reference, work, opened)
                job = Job(stored, past, beside, chosen, seed, target.path, said)
                plan: Plan = module.plan(job)
                run = {**facts, "strategy": strategy, "options": chosen.model_dump(mode="json"), "seed": seed}
                _finish(job, plan, run, work, opened, started)
    finally:
        target.release()
    return MitigationResult.open(target.path)


def strategy_of(name: str) -> Any:
    """The module of a strategy.

    Raises:
        UsageError: there is none.
    """
    if name not in STRATEGIES:
        near = difflib.get_close_matches(name, STRATEGIES, n=1)
        message = f"there is no strategy {name!r}."
        raise UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(STRATEGIES)}.")
    return import_module(STRATEGIES[name], __package__)


def options_of(sets: Sequence[str]) -> dict[str, Any]:
    """Options of a strategy from "name=value" texts, the values in YAML; dotted names are for a strategy's recipe.

    Raises:
        UsageError: a text is not of that form.
    """
    import yaml

    found: dict[str, Any] = {}
    for one in sets:
        name, sign, value = one.partition("=")
        name = name.strip()
        if not sign or not name:
            message = f"--set {one!r} is not of the form name=value."
            raise UsageError(message, hint="Such as --set share=0.005.")
        if "." in name:
            found["sets"] = [*found.get("sets", ()), one]
            continue
        try:
            found[name] = yaml.safe_load(value)
        except yaml.YAMLError:
            found[name] = value
    return found


def _options(module: Any, strategy: str, given: Mapping[str, Any]) -> Any:
    try:
        return module.Options.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "options"
        message = f"{where} = {first['input']!r} does not fit the strategy {strategy!r}: {first['msg']}."
        known = ", ".join(f"{name}={one.default!r}" for name, one in module.Options.model_fields.items())
        raise UsageError(message, hint=f"Its options, with their defaults: {known}.") from None


def _opened(data: Any, past: PastAudit, reference: Any, work: Path, opened: ExitStack) -> tuple[Stored, Against]:
    """The rows and what they were compared with, as the audit had them.

    Raises:
        UsageError: the rows are other ones, or the reference is not at hand.
    """
    was = past.result
    source = rows_from(data, columns=was["columns"], limit=was["limit"])
    named = str(data) if isinstance(data, str | Path) else "data in memory"
    stored = store_rows(source, work / "data", named, opened)
    if stored.content != was["content"]:
        then = was["rows"]["candidates"]
        message = f"the data ({len(stored.store):,} rows) is not what {past.folder} audited ({then:,})."
        raise UsageError(message, hint="Give the same data in the same order, or audit it anew.")
    told = was["reference"]
    if told["kind"] == "rows" and reference is None:
        reference = told["location"]
        if reference is None:
            message = "the audit's reference was handed over in memory."
            raise UsageError(message, hint="Give it again: reference=..., or --reference FILE.")
    if told["kind"] != "rows" and reference is not None:
        message = "the audit was made without a reference, so the two audits could not be compared."
        raise UsageError(message, hint="Leave the reference out, or audit the data anew with it.")
    return stored, against(reference, stored, work / "reference", opened, was["seed"])


def _finish(job: Job, plan: Plan, run: dict[str, Any], work: Path, opened: ExitStack, started: float) -> None:
    """Write the rows, audit what is kept, and tell of both."""
    job.progress.say("writing what stays, what goes, and why")
    accounting = settle(job.data, plan, job.folder)
    before, after = job.folder / BEFORE, job.folder / AFTER
    before.mkdir(exist_ok=True)
    for name in ("audit.json", PATTERNS_FILE):
        shutil.copyfile(job.past.folder / name, before / name)
    # Of all rows as they came: what `explain` tells of a row that went.
    shutil.copyfile(job.past.folder / VERDICTS_FILE, job.folder / VERDICTS_FILE)
    counts = accounting.as_dict()
    run |= {
        "status": "partial" if plan.exit_code else "complete",
        "reason": None,
        "counts": counts,
        "changed": len(plan.changed),
        "left": _left(job.past, plan),
        "told": dict(plan.told),
        "notes": list(plan.notes),
        "exit_code": plan.exit_code,
        "models": plan.told.get("asked", {}).get("models", {}),
    }
    shutil.rmtree(after, ignore_errors=True)
    if counts["kept"] and (plan.removed or plan.changed):
        found = _audited(job, work, opened)
        result = {**found.as_dict(), "columns": {}, "limit": None}
        result["reference"]["location"] = job.past.result["reference"]["location"]
        found.write(after)
        write_atomically(after / "audit.json", orjson.dumps(result, option=_JSON))
        run["after"] = {name: result[name] for name in ("flagged", "flagged_share", "headlines")}
        mitigation_page(job.folder / "report.html", job, plan, found, result, run)
    run["before"] = {name: job.past.result[name] for name in ("flagged", "flagged_share", "headlines")}
    run["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    run["seconds"] = round(time.monotonic() - started, 2)
    write_atomically(job.folder / "run.json", orjson.dumps(run, option=_JSON))


def _audited(job: Job, work: Path, opened: ExitStack) -> PatternAudit:
    job.progress.say("auditing what is kept")
    kept = job.folder / KEPT
    stored = store_rows(rows_from(kept), work / "kept", str(kept), opened)
    return audit_patterns(stored, job.against, str(kept), job.past.result["seed"], job.progress)


def _left(past: PastAudit, plan: Plan) -> dict[str, int]:
    """Pattern of the old audit -> rows that still carry it."""
    left = dict.fromkeys(past.patterns, 0)
    for row, patterns in past.carriers.items():
        if row in plan.removed:
            continue
        for pattern in plan.changed[row].carries if row in plan.changed else patterns:
            left[pattern] += 1
    return left


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [f"{name} was {old.get(name)}, is now {new.get(name)}"[:200] for name in new if old.get(name) != new[name]]
