"""The data set on disk: Parquet files in the layout that `datasets.load_dataset` and the hub understand."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from .arrays import arrow_array
from .atomic import filling
from .rows import RESERVED, dataset_row, walkable
from .shape import NULL, Shape, arrow_type, json_paths, merge, readable, shape_of
from .split import check_share, group_of, grouping, numbering, threshold

# What is held in memory while writing: rows still as objects, rows as one batch, batches of one row group.
_LOOK_ROWS = 256
_CHUNK_ROWS = 2048
_CHUNK_BYTES = 4 << 20
_GROUP_BYTES = 8 << 20

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """What was written."""

    splits: Mapping[str, int]
    """Name of the split -> number of its rows."""
    features: Mapping[str, str]
    """Column -> type, as pyarrow prints it."""
    bytes: int
    """Size of all files together."""
    json_columns: tuple[str, ...] = ()
    """Columns, and places within columns ("seed.meta"), whose values have no common type and are JSON text."""
    files: tuple[str, ...] = ()
    """Paths of the files within the folder."""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What the first walk over the rows found out."""

    columns: Mapping[str, Shape]
    splits: Mapping[str, int]
    below: int
    """Rows whose group's number lies below this go to the validation split."""


def write_dataset(
    rows: Iterable[Line] | Path,
    folder: Path,
    *,
    validation: float = 0.0,
    seed: int = 0,
    groups: Callable[[Line], str] | None = None,
    rows_per_file: int = 500_000,
) -> DatasetInfo:
    """Write `folder/data/train-00000-of-00001.parquet` (and `validation-...`), all or nothing.

    The rows are walked twice: once for the type of each column, which is the union over all rows, and once for
    writing them in chunks, so memory does not grow with their number. Equal input gives equal bytes. No rows give an
    empty folder.

    Args:
        rows: kept lines ({"id", "record"}), which `dataset_row` flattens, or flat rows; or a JSON Lines file of them.
        folder: the data set's folder; only `data/` in it is replaced.
        validation: the share of rows to hold out, from 0 to below 1. Whole groups are held out, so the share is met
            as nearly as they allow; with one group only, nothing is held out.
        seed: the run's seed: decides which groups are held out.
        groups: line -> name of its group. Rows of a group are never torn apart. By default as data/split.py says: the
            key of the source row, and for aspect cases the sentence they were made from.
        rows_per_file: rows after which the next file begins.

    Raises:
        UsageError: the share or the number of rows a file is out of range.
    """
    check_share(validation)
    if rows_per_file < 1:
        message = f"{rows_per_file} rows a file cannot hold anything."
        raise UsageError(message, hint="Give a number of at least 1.")

    with walkable(rows) as walked, filling(folder / "data") as data:
        number = numbering(seed, groups or (grouping(walked) if validation else group_of))
        survey = _survey(walked, validation, number)
        if survey.columns:
            _write(walked, survey, data, rows_per_file, number)
        files = tuple(sorted(path.name for path in data.iterdir()))
        size = sum((data / name).stat().st_size for name in files)
    return DatasetInfo(
        splits=survey.splits,
        features={readable(name): str(arrow_type(shape)) for name, shape in survey.columns.items()},
        bytes=size,
        json_columns=tuple(path for name, shape in survey.columns.items() for path in json_paths(name, shape)),
        files=tuple(f"data/{name}" for name in files),
    )


def _survey(lines: Iterable[Line], share: float, number: Callable[[Line], int]) -> _Survey:
    shapes: dict[str, Shape] = {}
    numbers = array("Q")
    total = 0
    walk = iter(lines)
    while chunk := list(islice(walk, _LOOK_ROWS)):
        total += len(chunk)
        if share:
            numbers.extend(map(number, chunk))
        rows = [dataset_row(line) for line in chunk]
        for name in dict.fromkeys(name for row in rows for name in row):
            shapes[name] = merge(shapes.get(name, NULL), shape_of([row.get(name) for row in rows]))
    ordered = [name for name in shapes if name not in RESERVED] + [name for name in RESERVED if name in shapes]
    below, held_out = threshold(numbers, share)
    splits = {"train": total - held_out}
    if held_out:
        splits["validation"] = held_out
    return _Survey({name: shapes[name] for name in ordered}, splits, below)


def _write(
    lines: Iterable[Line], survey: _Survey, data: Path, rows_per_file: int, number: Callable[[Line], int]
) -> None:
    writers = {
        split: _SplitWriter(data, split, rows, rows_per_file, survey.columns) for split, rows in survey.splits.items()
    }
    try:
        for line in lines:
            split = "validation" if survey.below and number(line) < survey.below else "train"
            writers[split].add(dataset_row(line))
    finally:
        for writer in writers.values():
            writer.close()


class _SplitWriter:
    """Writes the rows of one split, file after file, holding one chunk of rows and one row group in memory."""

    def __init__(self, folder: Path, split: str, rows: int, rows_per_file: int, columns: Mapping[str, Shape]) -> None:
        import pyarrow as pa

        self._columns = columns
        self._schema = pa.schema([(readable(name), arrow_type(shape)) for name, shape in columns.items()])
        self._paths = self._names(folder, split, rows, rows_per_file)
        self._rows_per_file = rows_per_file
        self._left = rows_per_file
        self._writer: Any = None
        self._rows: list[dict[str, Any]] = []
        self._chunk = 64
        self._batches: list[Any] = []
        self._held = 0

    @staticmethod
    def _names(folder: Path, split: str, rows: int, rows_per_file: int) -> Iterator[Path]:
        files = max(1, -(-rows // rows_per_file))
        return (folder / f"{split}-{number:05d}-of-{files:05d}.parquet" for number in range(files))

    def add(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if len(self._rows) >= min(self._chunk, self._left):
            self._convert()

    def close(self) -> None:
        self._convert()
        self._finish_file()

    def _convert(self) -> None:
        """Turn the pending rows into a batch; the next chunk is sized by what these rows took."""
        if not self._rows:
            return
        import pyarrow as pa

        arrays = [arrow_array([row.get(name) for row in self._rows], shape) for name, shape in self._columns.items()]
        batch = pa.record_batch(arrays, schema=self._schema)
        self._chunk = max(1, min(_CHUNK_ROWS, _CHUNK_BYTES * batch.num_rows // max(1, batch.nbytes)))
        self._rows.clear()
        self._batches.append(batch)
        self._held += batch.nbytes
        self._left -= batch.num_rows
        if self._held >= _GROUP_BYTES or not self._left:
            self._write_group()
        if not self._left:
            self._finish_file()

    def _write_group(self) -> None:
        if not self._batches:
            return
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is None:
            self._writer = pq.ParquetWriter(next(self._paths), self._schema, compression="zstd")
        self._writer.write_table(pa.Table.from_batches(self._batches), row_group_size=1 << 30)
        self._batches.clear()
        self._held = 0

    def _finish_file(self) -> None:
        self._write_group()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._left = self._rows_per_file
