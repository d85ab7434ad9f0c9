"""rows.parquet: what became of every row, in input order; the table that joins rows to their verdicts."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...data.arrays import arrow_array
from ...data.shape import Shape, arrow_type

FATES_FILE = "rows.parquet"
_SHAPES = {
    "row": Shape("long"),
    "row_id": Shape("text"),
    "source": Shape("text"),
    "fate": Shape("text"),
    "check": Shape("text"),
    "reason": Shape("text"),
}


class FateFile:
    """Takes rows in order, writes `path` when it is closed; nothing is there before."""

    def __init__(self, path: Path) -> None:
        """Begin."""
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._writer: Any = None

    def add(
        self,
        first: int,
        ids: Sequence[str],
        sources: Sequence[str],
        fates: Sequence[tuple[str, str | None, str | None]],
    ) -> None:
        """Take consecutive rows: their ids, the keys they were read under, and (fate, check, reason)."""
        import pyarrow as pa

        columns: list[Sequence[Any]] = [range(first, first + len(ids)), ids, sources, *zip(*fates, strict=True)]
        arrays = [arrow_array(list(c), shape) for c, shape in zip(columns, _SHAPES.values(), strict=True)]
        self._open().write_table(pa.Table.from_arrays(arrays, schema=_schema()))

    def _open(self) -> Any:
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, _schema(), compression="zstd")
        return self._writer

    def close(self) -> None:
        """Put the file in place."""
        self._open().close()
        self._writer = None
        self._part.replace(self._path)

    def abandon(self) -> None:
        """Drop what was written."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
            self._writer = None
        self._part.unlink(missing_ok=True)


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema([(name, arrow_type(shape)) for name, shape in _SHAPES.items()])


def read_fates(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The lines of the file in input order, in the groups they were added in."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number).to_pylist()


def find_rows(path: Path, row_id: str) -> list[dict[str, Any]]:
    """The rows whose id begins so, with `place`: how many rows of the same fate come before each."""
    found: list[dict[str, Any]] = []
    seen: Counter[str] = Counter()
    for group in read_fates(path):
        for line in group:
            if line["row_id"].startswith(row_id):
                found.append({**line, "place": seen[line["fate"]]})
            seen[line["fate"]] += 1
    return found
