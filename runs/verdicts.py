"""verdicts.parquet: every check's word on every row, written in chunks, read by `explain`."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson

from ..core import Verdict
from ..data.arrays import arrow_array
from ..data.shape import Shape, arrow_type

CHUNK = 50_000
"""Verdicts held in memory at most."""
_SHAPES = {
    "row": Shape("long"),
    "row_id": Shape("text"),
    "check": Shape("text"),
    "value": Shape("float"),
    "label": Shape("text"),
    "bar": Shape("float"),
    "outcome": Shape("text"),
    "reason": Shape("text"),
    "evidence": Shape("text"),
}


class VerdictFile:
    """Takes verdicts, writes `path` when it is closed; nothing is there before."""

    def __init__(self, path: Path) -> None:
        """Begin; `path` is replaced at the end by one rename."""
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._held: list[Verdict] = []
        self._writer: Any = None
        self.counts: dict[str, Counter[str]] = {}
        """Check -> outcome -> number."""

    def add(self, verdicts: Iterable[Verdict]) -> None:
        """Take some verdicts."""
        for verdict in verdicts:
            self._held.append(verdict)
            self.counts.setdefault(verdict.check, Counter())[verdict.outcome] += 1
        if len(self._held) >= CHUNK:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, arrow_type(shape)) for name, shape in _SHAPES.items()])
        held, self._held = self._held, []
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, schema, compression="zstd")
        columns: list[Sequence[Any]] = [
            [v.row for v in held],
            [v.row_id for v in held],
            [v.check for v in held],
            [v.value if not isinstance(v.value, str) else None for v in held],
            [v.value if isinstance(v.value, str) else None for v in held],
            [v.bar for v in held],
            [v.outcome for v in held],
            [v.reason for v in held],
            [orjson.dumps(v.evidence, option=orjson.OPT_SORT_KEYS).decode() if v.evidence else "{}" for v in held],
        ]
        arrays = [arrow_array(c, shape) for c, shape in zip(columns, _SHAPES.values(), strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

    def close(self) -> None:
        """Write what is held and put the file in place."""
        self._flush()
        self._writer.close()
        self._writer = None
        self._part.replace(self._path)

    def abandon(self) -> None:
        """Drop what was written."""
        if self._writer is not None:
            # What could not be written when the disk is full is dropped as well.
            with contextlib.suppress(OSError):
                self._writer.close()
            self._writer = None
        self._part.unlink(missing_ok=True)


def verdicts_of(path: Path, row_id: str) -> list[dict[str, Any]]:
    """All verdicts on one row, by its id or by a unique beginning of it."""
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=CHUNK):
        ids = batch.column("row_id").to_pylist()
        hits = [i for i, known in enumerate(ids) if known.startswith(row_id)]
        found += batch.take(hits).to_pylist() if hits else []
    return found
