"""The last stage: decisions become files, row by row in input order, in memory that does not grow with the rows.

kept/rows.jsonl      the rows as they came
dropped/rows.jsonl   {"row", "row_id", "source", "check", "reason", "evidence", "fields"}
review/rows.jsonl    the same
failed.jsonl         {"row", "row_id", "source", "reason", "message"}; with "fields": no row of the kind wanted
verdicts.parquet     every check's word on every row
rows.parquet         row, row_id, source, fate, check, reason: what became of every row
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ...quality.columns import DROP, ERROR, FAIL, FAILED, FATES, KEEP, Column, Ledger
from ...quality.gates import Step
from ..accounting import Accounting
from ..verdicts import VerdictFile
from .fates import FATES_FILE, FateFile
from .store import RowStore

FILES = {
    "kept": "kept/rows.jsonl",
    "dropped": "dropped/rows.jsonl",
    "review": "review/rows.jsonl",
    "failed": "failed.jsonl",
}
UNREADABLE = "unreadable"
_KEPT = ("kept", None, None)
_SORTED = orjson.OPT_SORT_KEYS


class Settlement:
    """Writes what became of the rows; nothing is in place before `close`."""

    def __init__(self, folder: Path, steps: Sequence[Step], store: RowStore, ledger: Ledger) -> None:
        """Begin in `folder`."""
        self._steps = steps
        self._store = store
        self._ledger = ledger
        self._paths = {fate: folder / name for fate, name in FILES.items()}
        self._files: dict[str, BinaryIO] = {}
        for fate, path in self._paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[fate] = _part(path).open("wb")
        self.verdicts = VerdictFile(folder / "verdicts.parquet")
        self._fates = FateFile(folder / FATES_FILE)
        self.accounting = Accounting()
        self.repeats: Counter[str] = Counter()
        """Evaluation set -> rows that repeat it."""

    def take(self, start: int, stop: int, columns: Sequence[Column]) -> None:
        """Settle the rows from `start` to `stop`, of which `columns` are all verdicts."""
        ids = self._store.ids(start, stop)
        said: dict[int, list[tuple[Column, int]]] = {}
        self.verdicts.add_columns(self._steps, columns, start, ids)
        for column in columns:
            compares = "against" in getattr(self._steps[column.step].check, "needs", ())
            for place in (column.outcomes >= FAIL).nonzero()[0].tolist():
                row = int(column.rows[place])
                said.setdefault(row, []).append((column, place))
                if compares and column.outcomes[place] == FAIL:
                    self.repeats[str(column.notes[row].evidence["set"])] += 1
        decisions = self._ledger.decisions[start:stop].tolist()
        by = self._ledger.by[start:stop].tolist()
        fates: list[tuple[str, str | None, str | None]] = []
        keys: list[bytes] = []
        kept: list[bytes] = []
        for place, (key, line) in enumerate(self._store.raw(start, stop)):
            decision = decisions[place]
            keys.append(key)
            if decision == KEEP:
                kept += (line, b"\n")
                fates.append(_KEPT)
            else:
                row = start + place
                fates.append(self._set_aside(row, ids[place], key, line, decision, by[place], said.get(row, ())))
        self.accounting.count("kept", number=len(kept) // 2)
        self._files["kept"].write(b"".join(kept))
        self._fates.add(start, ids, orjson.loads(b"[%b]" % b",".join(keys)), fates)

    def _set_aside(
        self,
        row: int,
        row_id: str,
        key: bytes,
        line: bytes,
        decision: int,
        by: int,
        said: Iterable[tuple[Column, int]],
    ) -> tuple[str, str | None, str | None]:
        if decision == FAILED:
            reason, message = why_failed(line)
            self.accounting.count("failed", reason)
            entry: dict[str, Any] = {"row": row, "row_id": row_id, "reason": reason, "message": message}
            if reason != UNREADABLE:
                entry["fields"] = orjson.Fragment(line)
            self._write("failed", entry, key)
            return "failed", None, reason
        fate = FATES[decision]
        check = self._steps[by].check.name
        reason, evidence = "unjudged", {}
        for column, place in said:
            if column.step == by:
                note = column.note(place)
                if column.outcomes[place] != ERROR and note is not None and note.reason:
                    reason = note.reason
                evidence = dict(note.evidence) if note is not None else {}
        self.accounting.count("dropped" if decision == DROP else "review", reason)
        entry = {"row": row, "row_id": row_id, "check": check, "reason": reason, "evidence": evidence}
        self._write(fate, {**entry, "fields": orjson.Fragment(line)}, key)
        return fate, check, reason

    def _write(self, fate: str, entry: Mapping[str, Any], key: bytes) -> None:
        data = orjson.dumps({**entry, "source": orjson.Fragment(key)}, option=_SORTED | orjson.OPT_APPEND_NEWLINE)
        self._files[fate].write(data)

    def close(self) -> None:
        """Put all files in place."""
        for fate, path in self._paths.items():
            self._files[fate].close()
            _part(path).replace(path)
        self.verdicts.close()
        self._fates.close()

    def abandon(self) -> None:
        """Drop what was written."""
        for fate, path in self._paths.items():
            # What could not be written when the disk is full is dropped as well.
            with contextlib.suppress(OSError):
                self._files[fate].close()
            _part(path).unlink(missing_ok=True)
        self.verdicts.abandon()
        self._fates.abandon()


def why_failed(line: bytes) -> tuple[str, str]:
    """Reason and message of an entry that could not be judged, from its line in the store."""
    value = orjson.loads(line)
    if isinstance(value, str):
        return UNREADABLE, value
    return "unknown_shape", f"its columns: {', '.join(map(str, value)) or 'none'}"


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")
