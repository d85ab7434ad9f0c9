"""filter: anybody's data through a policy -> kept, dropped, review, each with its reason, in a folder like a run's."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from ..core import RowRecord, SourceRow, digest
from ..core.records import Origin
from ..data.dataset import write_dataset
from ..data.exporters import export_all
from ..data.sources import Entry, Unreadable, open_source, rows_from, to_instruction_fields, unknown_shape_error
from ..quality.gates import CheckSpec, Panel
from ..recipes import load_policy
from .accept import Acceptance
from .finish import report, summary
from .folder import RunFolder, write_atomically
from .progress import Progress, Silent
from .result import RunResult

BATCH = 2048
"""Rows judged at once."""


def filter(
    data: Any,
    *,
    policy: str | Path = "instructions",
    out: str | Path,
    columns: Mapping[str, str] | None = None,
    checks: Iterable[CheckSpec] = (),
    export: Iterable[str] = (),
    limit: int | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Judge every row of a data set by a policy and keep what passes.

    Args:
        data: a path, "hf:NAME[:SPLIT]", a list of dicts, a `datasets.Dataset`, a pandas or polars frame.
        policy: name of a shipped policy, or a policy file.
        out: folder for the result; it must be new, or the result of the same filter, which is then made again.
        columns: our column -> theirs, where the shape is not recognised.
        checks: further checks after the policy's.
        export: fine-tuning formats to write the kept rows in.
        limit: judge only so many rows.
        progress: where to report to; silent if not given.

    Raises:
        UsageError: the data's shape is unknown (the message shows its columns), or an argument is wrong.
        SourceError: the data cannot be read.
    """
    started, progress = time.monotonic(), progress or Silent()
    chosen = load_policy(policy)
    specs = [*chosen.checks, *checks]
    panel = Panel.from_specs(specs)
    location, entries = _open(data, columns, limit)
    described = [s.model_dump(mode="json") for s in specs]
    facts: dict[str, Any] = {
        "name": f"filter-{chosen.name}",
        "description": chosen.description,
        "status": "complete",
        "reason": None,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": location,
        "policy": chosen.name,
        "models": {},
    }
    folder = RunFolder(Path(out))
    folder.acquire()
    try:
        folder.claim({"filter": location, "checks": described}, _differences)
        acceptance = Acceptance(folder.path, panel)
        progress.say(f"judging {location} by the policy {chosen.name}")
        try:
            _judge(entries, acceptance)
        except BaseException:
            acceptance.abandon()
            raise
        facts["counts"] = acceptance.accounting.as_dict()
        return _finish(folder, acceptance, facts, list(export), started, described)
    finally:
        folder.release()


def _open(data: Any, columns: Mapping[str, str] | None, limit: int | None) -> tuple[str, Iterable[Entry]]:
    """What the data is called, and its rows."""
    if isinstance(data, str | Path):
        return str(data), open_source(data, columns=columns, limit=limit)
    name = f"{type(data).__module__}.{type(data).__name__} in memory"
    return name, rows_from(data, columns=columns, limit=limit)


def _judge(entries: Iterable[Entry], acceptance: Acceptance) -> None:
    stream = iter(entries)
    seen_one = False
    while batch := list(islice(stream, BATCH)):
        taken = []
        strangers: list[SourceRow] = []
        for entry in batch:
            if isinstance(entry, Unreadable):
                acceptance.unreadable(entry.key, entry.message)
                continue
            view = to_instruction_fields(entry.fields)
            if view is None:
                strangers.append(entry)
            else:
                taken.append(_entry(entry, view))
        if strangers and not taken and not seen_one:
            # Not a stray row but another kind of data, or columns that want a mapping.
            raise unknown_shape_error(strangers[0].fields)
        seen_one = seen_one or bool(taken)
        for row in strangers:
            acceptance.unreadable(row.key, f"its columns: {', '.join(map(str, row.fields))}", "unknown_shape")
        acceptance.take(taken)


def _entry(row: SourceRow, view: Mapping[str, Any]) -> dict[str, Any]:
    record = RowRecord(fields=dict(row.fields), origin=Origin(builder="import", source=row.key))
    try:
        stored = record.model_dump(mode="json")
    except ValueError:
        stored = orjson.loads(orjson.dumps(record.model_dump(), default=str))
    outcome = {"type": "record", "id": digest("import-1", [row.key, stored["fields"]]), "record": stored, "view": view}
    return {"item": row.key, "failed": None, "out": [outcome]}


def _finish(
    folder: RunFolder,
    acceptance: Acceptance,
    facts: dict[str, Any],
    export: list[str],
    started: float,
    specs: list[dict[str, Any]],
) -> RunResult:
    acceptance.close()
    path = folder.path
    kept = path / "records" / "kept.jsonl"
    if acceptance.accounting.fates["kept"]:
        info = write_dataset(kept, path / "dataset")
        facts["dataset"] = {"splits": dict(info.splits), "bytes": info.bytes, "json_columns": list(info.json_columns)}
        written = export_all(export, kept, path / "export", facts["name"])
        facts["exports"] = {name: [str(f.relative_to(path)) for f in files] for name, files in written.items()}
    facts["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
    facts["seconds"] = round(time.monotonic() - started, 2)
    counts = {check: dict(outcomes) for check, outcomes in acceptance.verdicts.counts.items()}
    described = orjson.dumps({"checks": specs}, option=orjson.OPT_INDENT_2).decode()
    report(path, facts, counts, recipe_yaml=described)
    write_atomically(folder.run_json, summary(facts))
    return RunResult(path, facts, 0 if acceptance.accounting.fates["kept"] else 1)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [f"{name} was {old.get(name)}, is now {new.get(name)}"[:300] for name in new if old.get(name) != new[name]]
