"""Writing what became of the rows of a mitigation, in input order.

kept/rows.jsonl       the rows as they came, or with their new words
dropped/rows.jsonl    {"row", "row_id", "source", "check", "reason", "evidence", "fields"}
changed/rows.jsonl    {"row", "row_id", "source", "evidence", "before", "after"} of rows with new words, which are kept
failed.jsonl          {"row", "row_id", "source", "reason", "message"}: what could not be read as instructions
rows.parquet          row, row_id, source, fate, check, reason: what became of every row
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ..accounting import Accounting
from ..audits.stored import CHUNK, Stored
from ..filtering.fates import FATES_FILE, FateFile
from ..filtering.settle import FILES, UNREADABLE, why_failed
from .strategy import Plan

KEPT, DROPPED, FAILED, CHANGED = FILES["kept"], FILES["dropped"], FILES["failed"], "changed/rows.jsonl"
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


def settle(data: Stored, plan: Plan, folder: Path) -> Accounting:
    """Write every row to where it belongs; nothing is in place before all of them are written.

    Args:
        data: all rows.
        plan: what is to become of them.
        folder: where to.
    """
    names = [KEPT, DROPPED, FAILED, *([CHANGED] if plan.changed else [])]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    fates = FateFile(folder / FATES_FILE)
    parts = {name: folder / f"{name}.part" for name in names}
    accounting = Accounting()
    try:
        with contextlib.ExitStack() as stack:
            files = {name: stack.enter_context(part.open("wb")) for name, part in parts.items()}
            for start in range(0, len(data.store), CHUNK):
                _chunk(data, plan, files, start, fates, accounting)
        for name, part in parts.items():
            part.replace(folder / name)
        fates.close()
    except BaseException:
        fates.abandon()
        for part in parts.values():
            part.unlink(missing_ok=True)
        raise
    return accounting


def _chunk(
    data: Stored, plan: Plan, files: Mapping[str, BinaryIO], start: int, fates: FateFile, accounting: Accounting
) -> None:
    stop = min(start + CHUNK, len(data.store))
    ids = data.store.ids(start, stop)
    keys: list[str] = []
    told: list[tuple[str, str | None, str | None]] = []
    for row, (key, line) in enumerate(data.store.raw(start, stop), start):
        keys.append(orjson.loads(key))
        entry: dict[str, Any] = {"row": row, "row_id": ids[row - start], "source": orjson.Fragment(key)}
        if row in data.failed:
            reason, message = why_failed(line)
            rest: dict[str, Any] = {} if reason == UNREADABLE else {"fields": orjson.Fragment(line)}
            files[FAILED].write(orjson.dumps({**entry, "reason": reason, "message": message, **rest}, option=_SORTED))
            accounting.count("failed", reason)
            told.append(("failed", None, reason))
        elif row in plan.removed:
            why = plan.removed[row]
            rest = {"check": why.check, "reason": why.reason, "evidence": why.evidence}
            files[DROPPED].write(orjson.dumps({**entry, **rest, "fields": orjson.Fragment(line)}, option=_SORTED))
            accounting.count("dropped", why.reason)
            told.append(("dropped", why.check, why.reason))
        else:
            change = plan.changed.get(row)
            if change is not None:
                both = {"evidence": change.evidence, "before": orjson.Fragment(line), "after": change.fields}
                files[CHANGED].write(orjson.dumps({**entry, **both}, option=_SORTED))
                line = orjson.dumps(change.fields)
            files[KEPT].write(b"%b\n" % line)
            accounting.count("kept")
            told.append(("kept", None, None))
    fates.add(start, ids, keys, told)
