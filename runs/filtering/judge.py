"""The first stage: rows are read once, put on disk, judged by the row checks, and digested for the checks of pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import orjson

from ...core import SourceRow
from ...data.sources import Entry, Unreadable
from ...quality import BulkCheck, Row
from ...quality.batch import Batch as Texts
from ...quality.check import Scope
from ...quality.columns import FAILED, Column, Ledger, column_of, measured_column
from ...quality.gates import Step, findings_of, measurements_of
from .findings import FindingWriter
from .kinds import RowKind
from .store import RowWriter

BATCH_ROWS = 8192
BATCH_MB = 16
"""A batch ends at so many rows or so many MiB of them, whichever comes first."""
Batch = list[tuple[Entry, bytes]]
"""Entries, each with its row (or, if unreadable, its message) as one line of JSON."""
_ID_TAG = b"row-1\0"


def batches(entries: Iterable[Entry], batch_mb: float = BATCH_MB) -> Iterator[Batch]:
    """Cut a source into batches of at most BATCH_ROWS rows; the one in which `batch_mb` MiB are reached is the last."""
    most = batch_mb * 2**20
    batch: Batch = []
    size = 0
    for entry in entries:
        line = orjson.dumps(entry.message if isinstance(entry, Unreadable) else entry.fields)
        batch.append((entry, line))
        size += len(line)
        if len(batch) == BATCH_ROWS or size >= most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def row_id(key: str, line: bytes) -> bytes:
    """16 bytes that name a row: hash of its key and of its content as one line of JSON."""
    named = b"%b%b\0%b" % (_ID_TAG, key.encode("utf-8", "surrogatepass"), line)
    return hashlib.blake2b(named, digest_size=16).digest()


Judge = Callable[[Sequence[tuple[int, Step]], Sequence[Row]], list[Column]]
"""(steps by position, rows) -> what each step said of the rows."""


def judge(steps: Sequence[tuple[int, Step]], rows: Sequence[Row]) -> list[Column]:
    """Ask each check."""
    import numpy as np

    positions = np.array([row.index for row in rows], dtype=np.int64)
    shared = Texts(rows)
    columns = []
    for at, step in steps:
        measured = measurements_of(step.check, shared)
        if measured is not None:
            columns.append(measured_column(at, step, positions, measured))
        else:
            columns.append(column_of(at, step, positions, findings_of(step.check, shared)))
    return columns


class RowStage:
    """Judges rows batch by batch."""

    def __init__(
        self,
        folder: Path,
        steps: Sequence[Step],
        kind: RowKind,
        judge: Judge = judge,
        scopes: Sequence[Scope] = ("row",),
    ) -> None:
        """Begin in `folder`, which exists.

        Args:
            folder: where rows, findings and digests go.
            steps: all steps; those of scope "row" judge here, those of pairs that can judge in bulk digest here.
            kind: what checks see of a row.
            judge: what judges the rows.
            scopes: those of the steps that `judge` is asked about.
        """
        self._judge = judge
        self._steps = [(at, step) for at, step in enumerate(steps) if step.check.scope in scopes]
        self._bulk = [(at, cast("BulkCheck", step.check)) for at, step in enumerate(steps) if is_bulk(step)]
        self._kind = kind
        self._store = RowWriter(folder)
        self._findings = FindingWriter(folder, "rows")
        self._digests: dict[int, BinaryIO] = {at: (folder / f"digests-{at}").open("wb") for at, _ in self._bulk}
        self._widths: dict[int, int] = {}
        self.ledger = Ledger(steps)
        self.rows = 0
        self._seen_one = False

    def take(self, batch: Batch) -> None:
        """Judge the next rows of the input.

        Raises:
            UsageError: no row of the first batch is of a known shape; the message shows the columns.
        """
        import numpy as np

        first, rows = self.rows, []
        self.ledger.extend(first + len(batch))
        stored: list[tuple[str, bytes, bytes]] = []
        for position, (entry, line) in enumerate(batch, first):
            if isinstance(entry, Unreadable):
                self.ledger.decisions[position] = FAILED
                stored.append((entry.key, line, row_id(entry.key, line)))
                continue
            name = row_id(entry.key, line)
            stored.append((entry.key, line, name))
            seen = self._kind.view(entry.fields)
            if seen is None:
                self.ledger.decisions[position] = FAILED
            else:
                rows.append(Row(position, name.hex(), seen))
        self._refuse_strangers(rows, batch)
        positions = np.array([row.index for row in rows], dtype=np.int64)
        columns = self._judge(self._steps, rows)
        for column in columns:
            self.ledger.enter(column)
        self._findings.write(first, first + len(batch), columns)
        for at, check in self._bulk:
            self._digest(at, check, rows, positions - first, len(batch))
        self._store.write(stored)
        self.rows += len(batch)

    def _refuse_strangers(self, rows: Sequence[Row], batch: Batch) -> None:
        readable = [entry for entry, _ in batch if isinstance(entry, SourceRow)]
        if readable and not rows and not self._seen_one:
            # Not a stray row but another kind of data, or columns that want a mapping.
            raise self._kind.stranger(readable[0].fields)
        self._seen_one = self._seen_one or bool(rows)

    def _digest(self, at: int, check: BulkCheck, rows: Sequence[Row], places: Any, size: int) -> None:
        import numpy as np

        found = check.digest(rows)
        whole = np.zeros((size, found.shape[1]), dtype=np.uint64)
        whole[places] = found
        self._widths[at] = found.shape[1]
        self._digests[at].write(whole.tobytes())

    def finish(self) -> dict[str, Any]:
        """What the next stages need to know."""
        self.ledger.cut(self.rows)
        return {"rows": self.rows, "widths": self._widths}

    def __enter__(self) -> RowStage:
        return self

    def __exit__(self, *_: object) -> None:
        """Flush and close all files."""
        self._store.close()
        self._findings.close()
        for file in self._digests.values():
            file.close()


def is_bulk(step: Step) -> bool:
    """Whether a step's check judges whole sets by digests."""
    return step.check.scope == "corpus" and hasattr(step.check, "digest") and hasattr(step.check, "match")
