"""verdicts.parquet: every check's word on every row, written in chunks, read by `explain`."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..core import Verdict
from ..data.arrays import arrow_array
from ..data.shape import Shape, arrow_type
from ..quality.columns import FAIL, FLAG, OUTCOMES, Column
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

        if not columns:
            return
        told = {name: _Texts() for name in ("check", "label", "reason", "evidence")}
        for column in columns:
            name = steps[column.step].check.name
            number = np.bincount(column.outcomes, minlength=len(OUTCOMES)).tolist()
            counted = self.counts.setdefault(name, Counter())
            counted.update({outcome: n for outcome, n in zip(OUTCOMES, number, strict=True) if n})
            told["check"].fill(len(column.rows), (), name)
            _tell(told, column)
        arrays = {
            "row": _whole(np.concatenate([column.rows for column in columns])),
            "row_id": _indexed(ids, np.concatenate([column.rows - first for column in columns])),
            "value": _numbers(np.concatenate([column.values for column in columns])),
            "bar": _numbers(np.concatenate([np.full(len(c.rows), steps[c.step].bar.value) for c in columns])),
            "outcome": _indexed(OUTCOMES, np.concatenate([column.outcomes for column in columns])),
            **{name: texts.array() for name, texts in told.items()},
        }
        table = pa.Table.from_arrays([arrays[name] for name in _SHAPES], schema=_schema())
        self._open().write_table(table, row_group_size=len(table))

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        if self._writer is None:
            # Without Arrow's own schema in the file, an index into a few texts is read as the texts.
            self._writer = pq.ParquetWriter(self._part, _schema(), compression="zstd", store_schema=False)
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
        arrays = [array.dictionary_encode() if pa.types.is_string(array.type) else array for array in arrays]
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

    texts = pa.dictionary(pa.int32(), pa.string())
    return pa.schema([(name, texts if s.kind == "text" else arrow_type(s)) for name, s in _SHAPES.items()])


class _Texts:
    """A column of texts of which most are the same: the different ones, and each verdict's place among them."""

    def __init__(self) -> None:
        self._different: dict[str, int] = {}
        self._places: list[np.ndarray] = []

    def fill(
        self,
        size: int,
        few: Iterable[tuple[int, str | None]],
        others: str | None = None,
        many: tuple[np.ndarray, str | None] | None = None,
    ) -> None:
        """Append the texts of `size` verdicts.

        Args:
            size: how many.
            few: number of a verdict -> its text.
            others: the text of those that neither `few` nor `many` names.
            many: which verdicts, unless `few` names them, have this text.
        """
        import numpy as np

        places = np.full(size, self._place(others), dtype=np.int32)
        if many is not None:
            places[many[0]] = self._place(many[1])
        for at, text in few:
            places[at] = self._place(text)
        self._places.append(places)

    def _place(self, text: str | None) -> int:
        return -1 if text is None else self._different.setdefault(text, len(self._different))

    def array(self) -> Any:
        """The whole column."""
        import numpy as np

        return _indexed(list(self._different), np.concatenate(self._places))


def _tell(texts: Mapping[str, _Texts], column: Column) -> None:
    """Append what one check said beside its numbers."""
    import numpy as np

    size = len(column.rows)
    places = np.searchsorted(column.rows, np.fromiter(column.notes, np.int64, len(column.notes))).tolist()
    noted = list(zip(places, column.notes.values(), strict=True))
    wrong = (column.outcomes == FLAG) | (column.outcomes == FAIL)
    reasons = evidence = None
    if column.usual is not None:
        measured = ~np.isnan(column.values)
        reasons = (measured & wrong, column.usual.reason)
        evidence = (measured, _json(column.usual.evidence))
    texts["label"].fill(size, [(at, note.label) for at, note in noted])
    texts["reason"].fill(size, [(at, n.reason) for at, n in noted if wrong[at] and n.reason is not None], None, reasons)
    texts["evidence"].fill(size, [(at, _json(note.evidence)) for at, note in noted if note.evidence], "{}", evidence)


def _indexed(texts: Sequence[str], places: np.ndarray) -> Any:
    """A text column: the place of each value in a list of the different ones, below 0 for none."""
    import numpy as np
    import pyarrow as pa

    there = places >= 0
    bits = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    places = np.where(there, places, 0).astype(np.int32)
    indices = pa.Array.from_buffers(pa.int32(), len(places), [bits, pa.py_buffer(places)])
    return pa.DictionaryArray.from_arrays(indices, arrow_array(texts, _SHAPES["check"]))


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


def verdicts_of(path: Path, row_id: str) -> list[dict[str, Any]]:
    """All verdicts on one row, by its id or by a unique beginning of it."""
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=CHUNK):
        ids = batch.column("row_id").to_pylist()
        hits = [i for i, known in enumerate(ids) if known.startswith(row_id)]
        found += batch.take(hits).to_pylist() if hits else []
    return found
