"""verdicts.parquet: every check's word on every row, written in chunks, read by `explain`."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..core import Verdict
from ..data.arrays import arrow_array
from ..data.shape import Shape, arrow_type
from ..quality.columns import FAIL, FLAG, OUTCOMES, Column, Note
from ..quality.gates import Step

if TYPE_CHECKING:
    import numpy as np

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

    def add_columns(self, steps: Sequence[Step], columns: Sequence[Column], first: int, ids: Sequence[str]) -> None:
        """Take the verdicts of several checks on a stretch of rows.

        Args:
            steps: all steps; a column names its own by position.
            columns: what each check said of some of the rows.
            first: position of the first row of the stretch.
            ids: the ids of the rows of the stretch, in order.
        """
        import numpy as np
        import pyarrow as pa

        names = arrow_array(ids, _SHAPES["row_id"])
        tables = []
        for column in columns:
            step = steps[column.step]
            number = np.bincount(column.outcomes, minlength=len(OUTCOMES)).tolist()
            counted = self.counts.setdefault(step.check.name, Counter())
            counted.update({outcome: n for outcome, n in zip(OUTCOMES, number, strict=True) if n})
            tables.append(pa.Table.from_arrays(_arrays(step, column, names, first), schema=_schema()))
        if tables:
            table = pa.concat_tables(tables)
            self._open().write_table(table, row_group_size=len(table))

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, _schema(), compression="zstd")
        return self._writer

    def _flush(self) -> None:
        import pyarrow as pa

        held, self._held = self._held, []
        if not held and self._writer is not None:
            return
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
        self._open().write_table(pa.Table.from_arrays(arrays, schema=_schema()))

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


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema([(name, arrow_type(shape)) for name, shape in _SHAPES.items()])


def _arrays(step: Step, column: Column, names: Any, first: int) -> list[Any]:
    """One check's verdicts as the columns of the file."""
    import numpy as np

    size = len(column.rows)
    places = np.searchsorted(column.rows, np.fromiter(column.notes, np.int64, len(column.notes))).tolist()
    noted = list(zip(places, column.notes.values(), strict=True))
    return [
        _whole(column.rows),
        names if size == len(names) else names.take(_whole(column.rows - first)),
        _chosen([step.check.name], np.zeros(size, dtype=np.int32)),
        _numbers(column.values),
        _texts(size, [(place, note.label) for place, note in noted if note.label is not None], None),
        _numbers(np.full(size, step.bar.value)),
        _chosen(list(OUTCOMES), column.outcomes.astype(np.int32)),
        _reasons(column, noted),
        _evidence(column, noted),
    ]


def _reasons(column: Column, noted: Sequence[tuple[int, Note]]) -> Any:
    import numpy as np

    told = (column.outcomes == FLAG) | (column.outcomes == FAIL)
    few = [(p, n.reason) for p, n in noted if n.reason is not None and told[p]]
    if column.usual is None:
        return _texts(len(told), few, None)
    return _texts(len(told), few, None, (column.usual.reason, told & ~np.isnan(column.values)))


def _evidence(column: Column, noted: Sequence[tuple[int, Note]]) -> Any:
    import numpy as np

    few = [(p, _json(n.evidence)) for p, n in noted if n.evidence]
    if column.usual is None:
        return _texts(len(column.rows), few, "{}")
    return _texts(len(column.rows), few, "{}", (_json(column.usual.evidence), ~np.isnan(column.values)))


def _json(evidence: Any) -> str:
    return orjson.dumps(evidence, option=orjson.OPT_SORT_KEYS, default=str).decode()


def _whole(numbers: np.ndarray) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(np.ascontiguousarray(numbers))])


def _numbers(values: Any) -> Any:
    """A float column; nan is null."""
    import numpy as np
    import pyarrow as pa

    there = ~np.isnan(values)
    bits = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(values), [bits, pa.py_buffer(np.ascontiguousarray(values))])


def _texts(
    size: int,
    few: Sequence[tuple[int, str]],
    usual: str | None,
    many: tuple[str | None, np.ndarray] | None = None,
) -> Any:
    """A text column of which most places hold the same: `usual`, or the first of `many` where its second is true."""
    import numpy as np

    places = np.zeros(size, dtype=np.int32)
    different: dict[str | None, int] = {usual: 0}
    if many is not None:
        places[many[1]] = different.setdefault(many[0], len(different))
    for place, text in few:
        places[place] = different.setdefault(text, len(different))
    return _chosen(list(different), places)


def _chosen(texts: Sequence[str | None], places: Any) -> Any:
    """A text column by the place of each value in a list of the different ones."""
    import pyarrow as pa

    indices = pa.Array.from_buffers(pa.int32(), len(places), [None, pa.py_buffer(places)])
    return arrow_array(texts, _SHAPES["check"]).take(indices)


def verdicts_of(path: Path, row_id: str) -> list[dict[str, Any]]:
    """All verdicts on one row, by its id or by a unique beginning of it."""
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=CHUNK):
        ids = batch.column("row_id").to_pylist()
        hits = [i for i, known in enumerate(ids) if known.startswith(row_id)]
        found += batch.take(hits).to_pylist() if hits else []
    return found
